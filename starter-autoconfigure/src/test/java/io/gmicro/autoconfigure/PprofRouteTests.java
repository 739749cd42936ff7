package io.gmicro.autoconfigure;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

import io.gmicro.testing.Container;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import jakarta.servlet.http.HttpServlet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Where the profiles are served, to whom, and what start-up says of it.
 */
@ExtendWith(OutputCaptureExtension.class)
class PprofRouteTests {

	private static final String ENABLED = "gmicro.pprof.enabled=true";

	private static final String METRICS_ENABLED = "gmicro.metrics.enabled=true";

	private static final String PATH = "/debug/pprof";

	private static final String PROFILE = "/goroutine?debug=1";

	private static final String UNRESTRICTED = "gmicro.diagnostics.access=unrestricted";

	private static final String REPORT = "Diagnostics for all clients (gmicro.diagnostics.access=unrestricted): "
			+ "http://localhost:";

	private static final String THREAD = "gmicro-pprof";

	@ParameterizedTest
	@EnumSource
	void whenEnabledIsServed(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Empty.class, ENABLED, UNRESTRICTED)) {
			assertThat(server.get(PATH).statusCode()).isEqualTo(301);
			assertThat(server.get(PATH + "/").statusCode()).isEqualTo(200);
			assertThat(server.get(PATH + PROFILE).body()).startsWith("goroutine profile: ");
			assertThat(output).contains(REPORT + server.port() + PATH + "/");
			assertThat(server.get("/metrics").statusCode()).isEqualTo(404);
		}
	}

	@ParameterizedTest
	@EnumSource
	void isOffByDefault(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Empty.class, METRICS_ENABLED)) {
			assertThat(server.get(PATH).statusCode()).isEqualTo(404);
			assertThat(server.get(PATH + "/").statusCode()).isEqualTo(404);
			assertThat(server.get(PATH + PROFILE).statusCode()).isEqualTo(404);
			assertThat(output).doesNotContain(REPORT);
			assertThat(Thread.getAllStackTraces().keySet())
				.noneMatch((thread) -> thread.isAlive() && thread.getName().equals(THREAD));
		}
	}

	@ParameterizedTest
	@EnumSource
	void withMetricsSamplesCanBeLabelled(Container container) {
		String labelled = PATH + "/profile?seconds=1&labels=route,method";
		try (TestServer server = TestServer.start(container, Empty.class, ENABLED, UNRESTRICTED, METRICS_ENABLED)) {
			assertThat(server.get(labelled).statusCode()).isEqualTo(200);
			assertThat(server.get("/metrics").statusCode()).isEqualTo(200);
		}
		try (TestServer server = TestServer.start(container, Empty.class, ENABLED, UNRESTRICTED)) {
			assertThat(server.get(labelled).statusCode()).isEqualTo(400);
			assertThat(server.get(labelled).body()).contains(METRICS_ENABLED);
		}
	}

	@ParameterizedTest
	@EnumSource
	void requestsForProfilesAreNotRecorded(Container container) {
		for (String path : new String[] { PATH, "/profiles" }) {
			try (TestServer server = TestServer.start(container, Controller.class, ENABLED, UNRESTRICTED,
					METRICS_ENABLED, "gmicro.pprof.path=" + path, "own.path=/own")) {
				assertThat(server.get(path).statusCode()).isEqualTo(301);
				assertThat(server.get(path + "/").statusCode()).isEqualTo(200);
				assertThat(server.get(path + PROFILE).statusCode()).isEqualTo(200);
				assertThat(server.get(path + "/nothing").statusCode()).isEqualTo(404);
				assertThat(server.get("/debugger").statusCode()).isEqualTo(200);
				Samples samples = Awaitility.await()
					.until(server::scrape, (scraped) -> scraped.sum("http_server_responses_total") > 0);
				assertThat(samples.of("http_server_responses_total")).hasSize(1)
					.allSatisfy((labels, count) -> assertThat(labels).contains("/debugger"));
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void pathCanBeMoved(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Empty.class, ENABLED, UNRESTRICTED,
				"gmicro.pprof.path=/profiles", "server.servlet.context-path=/app", "spring.mvc.servlet.path=/api")) {
			HttpResponse<String> redirect = server.get("/app/profiles");
			assertThat(server.uri("/app/profiles").resolve(redirect.headers().firstValue("Location").orElseThrow()))
				.isEqualTo(server.uri("/app/profiles/"));
			assertThat(server.get("/app/profiles" + PROFILE).statusCode()).isEqualTo(200);
			assertThat(server.get("/app" + PATH + PROFILE).statusCode()).isEqualTo(404);
			assertThat(output).contains(REPORT + server.port() + "/app/profiles/");
		}
	}

	@Test
	void heapIsClosedUnlessItIsOpened() {
		String heap = PATH + "/heap?debug=1";
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED, UNRESTRICTED)) {
			refused(server.get(heap), "gmicro.pprof.heap.enabled=false");
			refused(server.get(PATH + "/heap?seconds=1"), "gmicro.pprof.heap.enabled=false");
		}
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED, UNRESTRICTED,
				"gmicro.pprof.heap.enabled=true")) {
			assertThat(server.get(heap).body()).startsWith("heap profile: ");
		}
	}

	@Test
	void traceIsClosedUnlessItIsOpened() {
		String trace = PATH + "/trace?seconds=0.1";
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED, UNRESTRICTED)) {
			refused(server.get(trace), "gmicro.pprof.trace.enabled=false");
		}
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED, UNRESTRICTED,
				"gmicro.pprof.trace.enabled=true")) {
			HttpResponse<String> response = server.get(trace);
			if (Runtime.version().feature() < 19) {
				assertThat(response.statusCode()).isEqualTo(501);
				assertThat(response.body()).contains("Java 19");
				assertThat(response.headers().firstValue("Content-Disposition")).isEmpty();
			}
			else {
				assertThat(response.statusCode()).isEqualTo(200);
				assertThat(response.headers().firstValue("Content-Disposition"))
					.hasValue("attachment; filename=\"trace.jfr\"");
				assertThat(response.body()).startsWith("FLR\0");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenManagementHasItsOwnPortIsServedThereAndOnlyThere(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Controller.class, ENABLED, UNRESTRICTED, METRICS_ENABLED,
				"management.server.port=0", "management.server.address=127.0.0.1",
				"management.server.base-path=/adm")) {
			int management = server.context()
				.getEnvironment()
				.getRequiredProperty("local.management.port", Integer.class);
			String index = "http://127.0.0.1:" + management + "/adm" + PATH;
			HttpResponse<String> redirect = get(index);
			assertThat(URI.create(index).resolve(redirect.headers().firstValue("Location").orElseThrow()))
				.isEqualTo(URI.create(index + "/"));
			assertThat(get(index + PROFILE).statusCode()).isEqualTo(200);
			assertThat(get(index + "/profile?seconds=1&labels=route").statusCode()).isEqualTo(200);
			assertThat(get(index + "/cmdline").body()).endsWith(" arguments)").doesNotContain(ENABLED);
			assertThat(server.get(PATH).body()).isEqualTo("mine");
			assertThat(server.get(PATH + PROFILE).statusCode()).isEqualTo(404);
			assertThat(output).contains(REPORT + management + "/adm" + PATH + "/");
		}
	}

	@Test
	void whenManagementIsOffSaysSo(CapturedOutput output) {
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED, UNRESTRICTED,
				"management.server.port=-1")) {
			assertThat(server.get(PATH).statusCode()).isEqualTo(404);
			assertThat(server.get(PATH + PROFILE).statusCode()).isEqualTo(404);
			assertThat(output).contains("No diagnostics: management.server.port=-1").doesNotContain(REPORT);
		}
	}

	@Test
	void whenControllerHasThePathStartFails(CapturedOutput output) {
		refused(Controller.class, output, "PprofRouteTests$Controller#index()");
	}

	@Test
	void whenServletHasThePathStartFails(CapturedOutput output) {
		refused(Servlet.class, output, "another servlet");
	}

	@ParameterizedTest
	@ValueSource(strings = { "false", "true" })
	void worksWithLazyBeans(String lazy, CapturedOutput output) {
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED, UNRESTRICTED, METRICS_ENABLED,
				"spring.main.lazy-initialization=" + lazy)) {
			assertThat(server.get(PATH + "/profile?seconds=1&labels=route").statusCode()).isEqualTo(200);
			assertThat(output).contains(REPORT);
		}
	}

	private static void refused(HttpResponse<String> response, String reason) {
		assertThat(response.statusCode()).isEqualTo(403);
		assertThat(response.body()).isEqualTo(reason + "\n");
		assertThat(response.headers().firstValue("X-Go-Pprof")).hasValue("1");
	}

	private static void refused(Class<?> application, CapturedOutput output, String owner) {
		assertThatException().isThrownBy(() -> TestServer.start(Container.TOMCAT, application, ENABLED).close());
		assertThat(StartFailure.message(output)).contains("gmicro.pprof.path", "'/debug/pprof'",
				"The path is already served by", owner, "Choose another path");
	}

	private static HttpResponse<String> get(String uri) {
		try {
			return HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString());
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Controller {

		@GetMapping("${own.path:/debug/pprof}")
		String index() {
			return "mine";
		}

		@GetMapping("/debugger")
		String debugger() {
			return "mine";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Servlet {

		@Bean
		ServletRegistrationBean<HttpServlet> ownServlet() {
			return new ServletRegistrationBean<>(new HttpServlet() {
			}, "/debug/pprof/*");
		}

	}

}
