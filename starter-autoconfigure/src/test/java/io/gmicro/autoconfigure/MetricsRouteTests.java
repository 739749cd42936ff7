package io.gmicro.autoconfigure;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.http.HttpServlet;
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
import org.springframework.context.annotation.Primary;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Where the metrics route is served, and what start-up says of it.
 */
@ExtendWith(OutputCaptureExtension.class)
class MetricsRouteTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	@ParameterizedTest
	@EnumSource
	void isServedBesideTheActuator(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Empty.class, ENABLED,
				"management.endpoints.web.exposure.include=*")) {
			assertThat(server.get("/metrics").body()).contains("jvm_memory_used_bytes");
			assertThat(server.get("/actuator/prometheus").body()).contains("jvm_memory_used_bytes");
			assertThat(output)
				.contains("Recording request-duration, status-code, active-requests, body-size, slow-requests. "
						+ "Metrics are at port " + server.port() + ", path /metrics. Spring Boot records "
						+ "http.server.requests as well; gmicro.http.spring-observation.enabled=false turns that off");
		}
	}

	@Test
	void startUpSaysWhatIsDenied(CapturedOutput output) {
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED,
				"management.metrics.enable.http.server.request.duration=false",
				"management.metrics.enable.http.server.response.body=false")) {
			assertThat(output)
				.contains("Recording status-code, active-requests, body-size, slow-requests. A MeterFilter "
						+ "such as management.metrics.enable denies the meters of request-duration. Metrics are at port "
						+ server.port());
			assertThat(server.context().getBean(MeterRegistry.class).getMeters())
				.noneMatch((meter) -> "none".equals(meter.getId().getTag("http.route")));
			assertThat(server.get("/metrics").body()).doesNotContain("http_route=\"none\"")
				.doesNotContain("http_server_request_duration");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "standard", "both" })
	void startUpSaysWhenAllIsDenied(String naming, CapturedOutput output) {
		TestServer.start(Container.TOMCAT, Denying.class, ENABLED, "gmicro.metrics.naming=" + naming).close();
		assertThat(output)
			.contains(naming.equals("both") ? "Recording request-duration, status-code, body-size, slow-requests. "
					: "Recording nothing. ")
			.contains(
					"A MeterFilter such as management.metrics.enable denies the meters of request-duration, status-code, "
							+ "active-requests, body-size, slow-requests. ");
	}

	@Test
	void startUpSaysWhatIsOff(CapturedOutput output) {
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED,
				"gmicro.http.spring-observation.enabled=false", "gmicro.http.body-size.enabled=false",
				"gmicro.http.active-requests.enabled=false", "gmicro.metrics.endpoint.enabled=false")) {
			assertThat(server.get("/metrics").statusCode()).isEqualTo(404);
			assertThat(output).contains("Recording request-duration, status-code, slow-requests. "
					+ "No metrics route: gmicro.metrics.endpoint.enabled=false");
			assertThat(output).doesNotContain("Spring Boot records http.server.requests");
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenManagementHasItsOwnPortIsServedThereAndOnlyThere(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Empty.class, ENABLED, "management.server.port=0",
				"management.server.address=127.0.0.1", "management.server.base-path=/adm",
				"server.servlet.context-path=/app")) {
			int management = server.context()
				.getEnvironment()
				.getRequiredProperty("local.management.port", Integer.class);
			assertThat(TestServer.status(management, "/adm/metrics")).isEqualTo(200);
			assertThat(TestServer.status(server.port(), "/app/metrics")).isEqualTo(404);
			assertThat(output).contains("Metrics are at port " + management + ", path /adm/metrics");
		}
	}

	@ParameterizedTest
	@EnumSource
	void isServedUnderContextPathAndBesideServletPath(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Controller.class, ENABLED,
				"server.servlet.context-path=/app", "spring.mvc.servlet.path=/api")) {
			assertThat(TestServer.status(server.port(), "/app/metrics")).isEqualTo(200);
			assertThat(server.get("/app/api/metrics").body()).isEqualTo("mine");
			assertThat(output).contains("Metrics are at port " + server.port() + ", path /app/metrics");
		}
	}

	@Test
	void whenManagementHasItsOwnPortControllerMayHaveThePath() {
		try (TestServer server = TestServer.start(Container.TOMCAT, Controller.class, ENABLED,
				"management.server.port=0", "management.server.address=127.0.0.1")) {
			assertThat(server.get("/metrics").body()).isEqualTo("mine");
		}
	}

	@Test
	void whenManagementIsOffSaysSo(CapturedOutput output) {
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED,
				"management.server.port=-1")) {
			assertThat(server.get("/metrics").statusCode()).isEqualTo(404);
			assertThat(output).contains("No metrics route: management.server.port=-1");
		}
	}

	@Test
	void whenThereIsNoPrometheusRegistrySaysSo(CapturedOutput output) {
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED,
				"management.prometheus.metrics.export.enabled=false")) {
			assertThat(server.get("/metrics").statusCode()).isEqualTo(404);
			assertThat(output).contains("No metrics route: the application has no PrometheusMeterRegistry");
		}
	}

	@Test
	void whenControllerHasThePathStartFails(CapturedOutput output) {
		refused(Controller.class, output, "io.gmicro.autoconfigure.MetricsRouteTests$Controller#metrics()");
	}

	@Test
	void whenLazyControllerHasThePathStartFails(CapturedOutput output) {
		refused(Controller.class, output, "MetricsRouteTests$Controller#metrics()",
				"spring.main.lazy-initialization=true");
	}

	@Test
	void whenActuatorEndpointHasThePathStartFails(CapturedOutput output) {
		refused(Empty.class, output, "Actuator web endpoint 'metrics'", "management.endpoints.web.base-path=/",
				"management.endpoints.web.exposure.include=metrics");
	}

	@Test
	void whenServletHasThePathStartFails(CapturedOutput output) {
		refused(Servlet.class, output, "another servlet");
	}

	@Test
	void whenControllerOnlyMatchesThePathMetricsWin() {
		try (TestServer server = TestServer.start(Container.TOMCAT, CatchAll.class, ENABLED)) {
			assertThat(server.get("/metrics").body()).contains("jvm_memory_used_bytes");
			assertThat(server.get("/else").body()).isEqualTo("else");
		}
	}

	private static void refused(Class<?> application, CapturedOutput output, String owner, String... properties) {
		String[] all = new String[properties.length + 1];
		all[0] = ENABLED;
		System.arraycopy(properties, 0, all, 1, properties.length);
		assertThatException().isThrownBy(() -> TestServer.start(Container.TOMCAT, application, all).close());
		assertThat(StartFailure.message(output)).contains("gmicro.metrics.endpoint.path", "'/metrics'",
				"The path is already served by", owner, "Choose another path");
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Controller {

		@GetMapping("/metrics")
		String metrics() {
			return "mine";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class CatchAll {

		@GetMapping("/{name}")
		String any(@PathVariable String name) {
			return name;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Servlet {

		@Bean
		ServletRegistrationBean<HttpServlet> ownServlet() {
			return new ServletRegistrationBean<>(new HttpServlet() {
			}, "/metrics");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Denying {

		/** As a customizer does, with two registries in a composite. */
		@Bean
		@Primary
		CompositeMeterRegistry registry() {
			CompositeMeterRegistry registry = new CompositeMeterRegistry();
			PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
			prometheus.config().meterFilter(MeterFilter.denyNameStartsWith("http"));
			SimpleMeterRegistry simple = new SimpleMeterRegistry();
			simple.config().meterFilter(MeterFilter.deny());
			return registry.add(prometheus).add(simple);
		}

		@Bean
		PrometheusMeterRegistry prometheusMeterRegistry(CompositeMeterRegistry registry) {
			return (PrometheusMeterRegistry) registry.getRegistries()
				.stream()
				.filter(PrometheusMeterRegistry.class::isInstance)
				.findFirst()
				.orElseThrow();
		}

	}

}
