package io.gmicro.scrape;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.TestServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The metrics endpoint in real containers, with valid and invalid requests.
 */
@ParameterizedClass
@EnumSource(Container.class)
class MetricsServletTests {

	/** Tomcat takes brackets only when they are encoded. */
	private static final String NAME = "?name%5B%5D=";

	private static final String TEXT = "text/plain;version=0.0.4;charset=utf-8";

	private static final String OPENMETRICS = "application/openmetrics-text;version=1.0.0;charset=utf-8";

	private static final String PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

	@SuppressWarnings("NullAway.Init")
	private static TestServer server;

	/** Declares the parameter that {@link #start} uses. */
	MetricsServletTests(Container container) {
	}

	@BeforeParameterizedClassInvocation
	static void start(Container container) {
		server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.metrics.endpoint.max-concurrent=2");
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		server.close();
	}

	@Test
	void textIsTheDefault() {
		HttpResponse<String> response = server.get("/metrics");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(contentType(response)).isEqualTo(TEXT);
		assertThat(response.body()).contains("# TYPE jvm_memory_used_bytes gauge\n").doesNotContain("# EOF");
		assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
		assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
		assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/openmetrics-text", "application/openmetrics-text;version=1.0.0",
			"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
					+ "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
			"text/plain;q=0.3,application/openmetrics-text", "APPLICATION/OpenMetrics-Text" })
	void openMetricsWhenPreferred(String accept) {
		HttpResponse<String> response = accept(accept);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(contentType(response)).isEqualTo(OPENMETRICS);
		assertThat(response.body()).endsWith("# EOF\n");
	}

	@ParameterizedTest
	@ValueSource(strings = { "*/*", "text/*", "text/html", "application/json", "text/plain",
			"text/plain,application/openmetrics-text;q=0.9", "application/openmetrics-text;q=0",
			"application/openmetrics-text;version=0.0.1", "application/openmetrics-text;q=none", "nonsense", ";;;", "/",
			",,,", "a/b;q=\"unclosed", "text/plain;version=9" })
	void textForEverybodyElse(String accept) {
		HttpResponse<String> response = accept(accept);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(contentType(response)).isEqualTo(TEXT);
		assertThat(response.body()).contains("jvm_memory_used_bytes{").doesNotContain("# EOF");
	}

	@Test
	void listsMayBeSpreadOverSeveralLines() {
		HttpRequest request = HttpRequest.newBuilder(server.uri("/metrics"))
			.header("Accept", "text/plain;q=0.3")
			.header("Accept", "application/openmetrics-text")
			.header("Accept-Encoding", "br")
			.header("Accept-Encoding", "gzip")
			.build();
		HttpResponse<byte[]> response = server.send(request, BodyHandlers.ofByteArray());
		assertThat(contentType(response)).isEqualTo(OPENMETRICS);
		assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
	}

	@Test
	void textWhenAcceptIsVeryLong() {
		assertThat(contentType(accept("x/y,".repeat(1_500)))).isEqualTo(TEXT);
	}

	@Test
	void protobufWhenPreferred() {
		HttpRequest request = HttpRequest.newBuilder(server.uri("/metrics"))
			.header("Accept", PROTOBUF + ",text/plain;q=0.5")
			.build();
		HttpResponse<byte[]> response = server.send(request, BodyHandlers.ofByteArray());
		assertThat(contentType(response).replace(" ", "")).isEqualTo(PROTOBUF);
		assertThat(new String(response.body(), StandardCharsets.ISO_8859_1)).contains("jvm_memory_used_bytes")
			.doesNotContain("# TYPE");
	}

	@ParameterizedTest
	@ValueSource(strings = { "gzip", "deflate, gzip;q=0.5", "*", "GZIP", "gzip;q=1.0", "identity;q=0.1, gzip" })
	void gzipWhenAccepted(String encoding) throws IOException {
		HttpResponse<byte[]> response = encoding(encoding);
		assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
		try (InputStream body = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
			assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).contains("jvm_memory_used_bytes{");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *", "br", ";", ",", ";q=",
			"gzipped" })
	void identityOtherwise(String encoding) {
		HttpResponse<byte[]> response = encoding(encoding);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
		assertThat(new String(response.body(), StandardCharsets.UTF_8)).contains("jvm_memory_used_bytes{");
	}

	@Test
	void headHasNoBody() {
		HttpResponse<String> response = server.send("/metrics",
				(request) -> request.method("HEAD", BodyPublishers.noBody()));
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(contentType(response)).isEqualTo(TEXT);
		assertThat(response.body()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "MADEUP" })
	void otherMethodsAreNotAllowed(String method) {
		HttpResponse<String> response = server.send("/metrics",
				(request) -> request.method(method, BodyPublishers.ofString("x")));
		assertThat(response.statusCode()).isEqualTo(405);
		assertThat(response.body()).isEqualTo("only GET and HEAD\n");
		assertThat(response.headers().firstValue("Allow")).hasValue("GET, HEAD");
	}

	@Test
	void traceIsNotAllowed() {
		assertThat(server.send("/metrics", (request) -> request.method("TRACE", BodyPublishers.noBody())).statusCode())
			.isEqualTo(405);
	}

	@ParameterizedTest
	@ValueSource(strings = { "gmicro_scrapes", "gmicro_scrapes_total" })
	void nameSelectsFamilies(String name) {
		assertThat(families(NAME + name)).containsExactly("gmicro_scrapes");
	}

	@Test
	void severalNamesSelectSeveralFamilies() {
		assertThat(families(NAME + "jvm_memory_used_bytes&" + NAME.substring(1) + "process_uptime_seconds"))
			.containsExactlyInAnyOrder("jvm_memory_used_bytes", "process_uptime_seconds");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "none", "jvm_memory", "%00", "%22%7D", "%C3%BC" })
	void unknownNameSelectsNothing(String name) {
		assertThat(families(NAME + name)).isEmpty();
	}

	@Test
	void queriesOfOtherKindsAreIgnored() {
		assertThat(families("?names=x&a")).contains("jvm_memory_used_bytes");
	}

	@ParameterizedTest
	@ValueSource(strings = { "name[]=%", "name%5B%5D=%zz", "%ff%fe=1&name%5B%5D=x", "name%5B%5D", "&&=&a" })
	void malformedQueryIsNoServerError(String query) throws IOException {
		String answer = RawClient.answer(server.port(), "GET /metrics?" + query + " HTTP/1.1");
		assertThat(answer).satisfiesAnyOf((text) -> assertThat(text).startsWith("HTTP/1.1 200"),
				(text) -> assertThat(text).startsWith("HTTP/1.1 400").doesNotContain("\tat ", "Exception"));
	}

	@Test
	void tooManyNamesAreRefused() {
		HttpResponse<String> response = server
			.get("/metrics" + NAME + "a" + ("&" + NAME.substring(1) + "a").repeat(256));
		assertThat(response.statusCode()).isEqualTo(400);
	}

	@Test
	void whenTooManyScrapesFurtherOnesComeBackLater() throws Exception {
		PrometheusMeterRegistry registry = server.context().getBean(PrometheusMeterRegistry.class);
		CountDownLatch collecting = new CountDownLatch(2);
		CountDownLatch released = new CountDownLatch(1);
		Collector slow = new Collector() {

			@Override
			public MetricSnapshot collect() {
				collecting.countDown();
				try {
					assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				return GaugeSnapshot.builder().name("slow").build();
			}

		};
		registry.getPrometheusRegistry().register(slow);
		try {
			FutureTask<Integer> first = background();
			FutureTask<Integer> second = background();
			assertThat(collecting.await(20, TimeUnit.SECONDS)).isTrue();
			HttpResponse<String> third = server.get("/metrics");
			assertThat(third.statusCode()).isEqualTo(503);
			assertThat(third.headers().firstValue("Retry-After")).hasValue("1");
			assertThat(third.body()).isEqualTo("too many scrapes at once\n");
			released.countDown();
			assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(200);
			assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(200);
		}
		finally {
			released.countDown();
			registry.getPrometheusRegistry().unregister(slow);
		}
		// A client may have read the whole response before the scrape has ended
		Awaitility.await().until(() -> server.get("/metrics").statusCode() == 200);
	}

	private FutureTask<Integer> background() {
		FutureTask<Integer> scrape = new FutureTask<>(() -> server.get("/metrics").statusCode());
		new Thread(scrape).start();
		return scrape;
	}

	private HttpResponse<String> accept(String accept) {
		return server.send("/metrics", (request) -> request.header("Accept", accept));
	}

	private HttpResponse<byte[]> encoding(String encoding) {
		HttpRequest request = HttpRequest.newBuilder(server.uri("/metrics"))
			.header("Accept-Encoding", encoding)
			.build();
		return server.send(request, BodyHandlers.ofByteArray());
	}

	private List<String> families(String query) {
		return raw200("/metrics" + query).lines()
			.filter((line) -> line.startsWith("# TYPE "))
			.map((line) -> line.split(" ")[2].replaceFirst("_total$", ""))
			.toList();
	}

	/** In HTTP/1.0, which has no chunks that could divide a line. */
	private String raw200(String target) {
		try {
			String answer = RawClient.answer(server.port(), "GET " + target + " HTTP/1.0");
			assertThat(answer).startsWith("HTTP/1.1 200");
			return answer;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String contentType(HttpResponse<?> response) {
		return response.headers()
			.firstValue(HttpHeaders.CONTENT_TYPE)
			.orElse("none")
			.replace("; ", ";")
			.replace("UTF-8", "utf-8");
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

	}

}
