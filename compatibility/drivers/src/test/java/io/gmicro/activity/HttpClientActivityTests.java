package io.gmicro.activity;

import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.Callable;

import co.elastic.clients.transport.rest5_client.low_level.Request;
import co.elastic.clients.transport.rest5_client.low_level.Rest5Client;
import okhttp3.OkHttpClient;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.JettyClientHttpRequestFactory;
import org.springframework.http.client.ReactorClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * Activities of HTTP clients whose server does not answer.
 */
@Timeout(120)
class HttpClientActivityTests {

	static List<ThreadKind> kinds() {
		return ThreadKind.available();
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void jdkIsHttpClient(ThreadKind kind) throws Exception {
		try (SilentServer server = new SilentServer()) {
			HttpRequest request = HttpRequest.newBuilder(URI.create(server.url())).build();
			assertHttpClient(kind, server, "jdk.internal.net.http.",
					() -> HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()));
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void urlConnectionIsHttpClient(ThreadKind kind) throws Exception {
		try (SilentServer server = new SilentServer()) {
			URL url = URI.create(server.url()).toURL();
			assertHttpClient(kind, server, "sun.net.www.protocol.http.", url::openStream);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void apache5IsHttpClient(ThreadKind kind) throws Exception {
		try (SilentServer server = new SilentServer();
				CloseableHttpClient client = HttpClients.custom().disableAutomaticRetries().build()) {
			assertHttpClient(kind, server, "org.apache.hc.",
					() -> client.execute(new HttpGet(server.url()), (response) -> null));
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void apache4IsHttpClient(ThreadKind kind) throws Exception {
		try (SilentServer server = new SilentServer();
				org.apache.http.impl.client.CloseableHttpClient client = org.apache.http.impl.client.HttpClients
					.custom()
					.disableAutomaticRetries()
					.build()) {
			assertHttpClient(kind, server, "org.apache.http.",
					() -> client.execute(new org.apache.http.client.methods.HttpGet(server.url())));
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void okHttpIsHttpClient(ThreadKind kind) throws Exception {
		OkHttpClient client = new OkHttpClient();
		try (SilentServer server = new SilentServer()) {
			okhttp3.Request request = new okhttp3.Request.Builder().url(server.url()).build();
			assertHttpClient(kind, server, "okhttp3.", () -> client.newCall(request).execute());
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void jettyIsHttpClient(ThreadKind kind) throws Exception {
		org.eclipse.jetty.client.HttpClient client = new org.eclipse.jetty.client.HttpClient();
		client.start();
		try (SilentServer server = new SilentServer()) {
			assertHttpClient(kind, server, "org.eclipse.jetty.client.", () -> client.GET(server.url()));
		}
		finally {
			client.stop();
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void restClientIsHttpClientWithEachLibrary(ThreadKind kind) throws Exception {
		JettyClientHttpRequestFactory jetty = new JettyClientHttpRequestFactory();
		for (ClientHttpRequestFactory factory : List.of(new JdkClientHttpRequestFactory(),
				new SimpleClientHttpRequestFactory(), new HttpComponentsClientHttpRequestFactory(), jetty,
				new ReactorClientHttpRequestFactory())) {
			RestClient client = RestClient.builder().requestFactory(factory).build();
			try (SilentServer server = new SilentServer()) {
				assertHttpClient(kind, server, "org.springframework.web.client.",
						() -> client.get().uri(server.url()).retrieve().body(String.class));
			}
		}
		jetty.destroy();
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void elasticsearchOverHttpIsDatabase(ThreadKind kind) throws Exception {
		try (SilentServer server = new SilentServer();
				Rest5Client client = Rest5Client.builder(URI.create(server.url())).build();
				Waiting waiting = Waiting.start(kind, () -> client.performRequest(new Request("GET", "/")),
						server::close)) {
			waiting.assertActivity(Activities.DATABASE, "co.elastic.clients.");
		}
	}

	private void assertHttpClient(ThreadKind kind, SilentServer server, String inside, Callable<?> call)
			throws Exception {
		try (Waiting waiting = Waiting.start(kind, call, server::close)) {
			waiting.assertActivity(Activities.HTTP_CLIENT, inside);
		}
	}

}
