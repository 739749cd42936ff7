package io.gmicro.diagnostics;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.RealTool;
import io.gmicro.testing.ReverseProxy;
import io.gmicro.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Real reverse proxies on the application's host, which connect from a loopback address
 * and in their shortest configurations add no header that shows it.
 */
@ParameterizedClass
@EnumSource(Container.class)
class ReverseProxyTests {

	private static final String[] PROPERTIES = { "gmicro.metrics.enabled=true", "gmicro.pprof.enabled=true",
			"gmicro.pprof.heap.enabled=true", "gmicro.pprof.trace.enabled=true",
			"gmicro.http.slow-requests.endpoint.enabled=true" };

	private static final List<String> PATHS = List.of("/debug/pprof", "/debug/pprof/", "/debug/pprof/style.css",
			"/debug/pprof/cmdline", "/debug/pprof/symbol", "/debug/pprof/profile?seconds=1",
			"/debug/pprof/trace?seconds=1", "/debug/pprof/flamegraph?profile=goroutine", "/debug/pprof/heap",
			"/debug/pprof/goroutine?debug=2", "/debug/pprof/allocs", "/debug/pprof/block", "/debug/pprof/mutex",
			"/debug/pprof/threadcreate", "/debug/pprof/nothing", "/debug/requests", "/debug/requests/",
			"/debug/requests/style.css", "/debug/requests/slow.pb.gz", "/debug/requests?format=json");

	@SuppressWarnings("NullAway.Init")
	private static TestServer server;

	/** Declares the parameter that {@link #start} uses. */
	ReverseProxyTests(Container container) {
	}

	@BeforeParameterizedClassInvocation
	static void start(Container container) {
		server = TestServer.start(container, Empty.class, PROPERTIES);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "proxy_set_header Host localhost;", "proxy_set_header Host $host;",
			"proxy_http_version 1.1; proxy_set_header Connection '';",
			"proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Connection '';" })
	void nginxIsRefused(String directives, @TempDir Path directory) throws IOException {
		try (ReverseProxy proxy = ReverseProxy.nginx(directory, server.port(), "", directives)) {
			assertRefused(proxy);
		}
	}

	@Test
	void nginxWithHttp2IsRefused(@TempDir Path directory) throws IOException, InterruptedException {
		try (ReverseProxy proxy = ReverseProxy.nginx(directory, server.port(), "http2", "")) {
			for (String path : PATHS) {
				assertThat(RealTool.output("curl", "-sS", "--http2-prior-knowledge", "-o", "/dev/null", "-w",
						"%{http_version} %{http_code}", "http://127.0.0.1:" + proxy.port() + path))
					.as(path)
					.isEqualTo("2 403");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "http", "tcp" })
	void haproxyIsRefused(String mode, @TempDir Path directory) throws IOException {
		try (ReverseProxy proxy = ReverseProxy.haproxy(directory, server.port(), mode)) {
			assertRefused(proxy);
		}
	}

	private static void assertRefused(ReverseProxy proxy) throws IOException {
		for (String path : PATHS) {
			for (String host : List.of("localhost", "shop.example")) {
				assertRefused(proxy, "GET " + path + " HTTP/1.1", host);
				assertRefused(proxy, "GET " + path + " HTTP/1.0", host);
			}
			assertRefused(proxy, "HEAD " + path + " HTTP/1.1", "127.0.0.1");
			assertRefused(proxy, "POST " + path + " HTTP/1.1", "localhost:8080");
		}
	}

	private static void assertRefused(ReverseProxy proxy, String requestLine, String host) throws IOException {
		assertThat(RawClient.answer(proxy.port(), requestLine, "Host: " + host)).as(requestLine + " at " + host)
			.containsPattern("^HTTP/1\\.[01] 403 ");
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
