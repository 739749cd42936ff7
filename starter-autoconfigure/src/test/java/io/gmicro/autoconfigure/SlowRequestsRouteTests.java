package io.gmicro.autoconfigure;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Where the page of slow requests is served, and what start-up says of it.
 */
@ExtendWith(OutputCaptureExtension.class)
class SlowRequestsRouteTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final String PAGE_ENABLED = "gmicro.http.slow-requests.endpoint.enabled=true";

	private static final String UNRESTRICTED = "gmicro.diagnostics.access=unrestricted";

	private static final String PATH = "/debug/requests";

	private static final String STYLE = "/debug/requests/style.css";

	private static final String REPORT = "Slow requests are at port ";

	@ParameterizedTest
	@EnumSource
	void whenEnabledIsServed(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Empty.class, ENABLED, PAGE_ENABLED, UNRESTRICTED)) {
			assertThat(server.get(PATH).statusCode()).isEqualTo(200);
			assertThat(server.get(STYLE).statusCode()).isEqualTo(200);
			assertThat(output).contains(REPORT + server.port() + ", path " + PATH);
		}
	}

	@ParameterizedTest
	@EnumSource
	void isOffByDefault(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Empty.class, ENABLED)) {
			assertThat(server.get(PATH).statusCode()).isEqualTo(404);
			assertThat(server.get(STYLE).statusCode()).isEqualTo(404);
			assertThat(output).doesNotContain(REPORT);
		}
	}

	@Test
	void withoutTrackingThereIsNoPage(CapturedOutput output) {
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED, PAGE_ENABLED, UNRESTRICTED,
				"gmicro.http.slow-requests.enabled=false")) {
			assertThat(server.get(PATH).statusCode()).isEqualTo(404);
			assertThat(output).contains("No page of slow requests: gmicro.http.slow-requests.enabled=false")
				.doesNotContain(REPORT);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenManagementHasItsOwnPortIsServedThereAndOnlyThere(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Controller.class, ENABLED, PAGE_ENABLED, UNRESTRICTED,
				"management.server.port=0", "management.server.address=127.0.0.1",
				"management.server.base-path=/adm")) {
			int management = server.context()
				.getEnvironment()
				.getRequiredProperty("local.management.port", Integer.class);
			assertThat(TestServer.status(management, "/adm" + PATH)).isEqualTo(200);
			assertThat(TestServer.status(management, "/adm" + STYLE)).isEqualTo(200);
			assertThat(server.get(PATH).body()).isEqualTo("mine");
			assertThat(server.get(STYLE).statusCode()).isEqualTo(404);
			assertThat(output).contains(REPORT + management + ", path /adm" + PATH);
		}
	}

	@Test
	void whenManagementIsOffSaysSo(CapturedOutput output) {
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED, PAGE_ENABLED, UNRESTRICTED,
				"management.server.port=-1")) {
			assertThat(server.get(PATH).statusCode()).isEqualTo(404);
			assertThat(output).contains("No page of slow requests: management.server.port=-1").doesNotContain(REPORT);
		}
	}

	@Test
	void whenControllerHasThePathStartFails(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> TestServer.start(Container.TOMCAT, Controller.class, ENABLED, PAGE_ENABLED, UNRESTRICTED)
				.close());
		assertThat(StartFailure.message(output)).contains("gmicro.http.slow-requests.endpoint.enabled",
				"The path is already served by", "SlowRequestsRouteTests$Controller#requests()",
				"away from /debug/requests");
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Controller {

		@GetMapping("/debug/requests")
		String requests() {
			return "mine";
		}

	}

}
