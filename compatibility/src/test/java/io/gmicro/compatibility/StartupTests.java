package io.gmicro.compatibility;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.gmicro.scrape.CoarseClock;
import io.gmicro.scrape.HistogramTimerRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusTimer;
import jakarta.servlet.Registration;
import jakarta.servlet.ServletContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

/**
 * What an application is told, or spared, when it starts.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartupTests {

	@Test
	void isThereWhenEnabled(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED,
				"logging.level.io.gmicro=info")) {
			assertThat(application.get("/metrics").statusCode()).isEqualTo(200);
			assertThat(beans(application.context())).isNotEmpty();
			assertThat(registrations(application.servletContext())).hasSize(2);
			assertThat(output).contains("Metrics are at port " + application.uri("/").getPort() + ", path /metrics");
		}
	}

	@Test
	void servesThePageOfSlowRequestsWhenAsked(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED,
				"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.diagnostics.token=a-token-of-the-test",
				"logging.level.io.gmicro=info")) {
			HttpResponse<byte[]> page = application.get("/debug/requests?token=a-token-of-the-test", "Accept",
					"text/html");
			assertThat(page.statusCode()).isEqualTo(200);
			assertThat(new String(page.body(), StandardCharsets.UTF_8)).startsWith("<!DOCTYPE html>");
			assertThat(registrations(application.servletContext())).hasSize(3);
			assertThat(output)
				.contains("Slow requests are at port " + application.uri("/").getPort() + ", path /debug/requests");
		}
	}

	@Test
	void prometheusRegistryIsTheCheaperOne() {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED)) {
			PrometheusMeterRegistry registry = application.context().getBean(PrometheusMeterRegistry.class);
			assertThat(registry).isInstanceOf(HistogramTimerRegistry.class);
			assertThat(registry.config().clock()).isInstanceOf(CoarseClock.class);
			application.get("/hello/7");
			await().untilAsserted(() -> assertThat(registry.get("http.server.request.duration").timer())
				.isNotInstanceOf(PrometheusTimer.class));
		}
	}

	@Test
	void recordsUnderTheNamesOfGinAsWell(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED,
				"gmicro.metrics.naming=both", "gmicro.metrics.prefix=shop_", "gmicro.metrics.suffix=_v2",
				"gmicro.metrics.labels.region=eu")) {
			assertThat(application.get("/hello/7").statusCode()).isEqualTo(200);
			String labels = "{code=\"200\",method=\"GET\",region=\"eu\",uri=\"/hello/:id\"} 1.0";
			assertThat(new String(application.get("/metrics").body(), StandardCharsets.UTF_8))
				.contains("\nshop_gin_uri_request_total_v2" + labels)
				.contains("\n# TYPE shop_gin_request_duration_v2 histogram")
				.contains("\nhttp_server_responses_total{");
		}
		assertThat(output).doesNotContain("gmicro.metrics.naming");
	}

	@Test
	void isNotThereByDefault() {
		try (RunningApplication application = RunningApplication.start()) {
			assertThat(application.get("/hello/7").statusCode()).isEqualTo(200);
			assertThat(application.get("/metrics").statusCode()).isEqualTo(404);
			assertThat(application.get("/debug/requests").statusCode()).isEqualTo(404);
			assertThat(beans(application.context())).isEmpty();
			assertThat(registrations(application.servletContext())).isEmpty();
		}
	}

	@Test
	void refusesAValueThatCannotWork(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> RunningApplication.start(RunningApplication.ENABLED, "gmicro.http.max-routes=0").close());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("gmicro.http.max-routes=0 is not allowed: from 1 to 100000");
	}

	@Test
	void refusesAPathThatAControllerServes(CapturedOutput output) {
		assertThatException().isThrownBy(() -> RunningApplication
			.start(List.of(CompatibilityApplication.class, MetricsController.class), RunningApplication.ENABLED)
			.close());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("gmicro.metrics.endpoint.path")
			.contains("The path is already served by")
			.contains("MetricsController#metrics");
	}

	private static List<String> beans(WebApplicationContext context) {
		return Arrays.stream(context.getBeanDefinitionNames())
			.map(context::getType)
			.filter(Objects::nonNull)
			.map(Class::getName)
			.filter(StartupTests::isOurs)
			.toList();
	}

	private static List<String> registrations(ServletContext servletContext) {
		return Stream
			.concat(servletContext.getFilterRegistrations().values().stream(),
					servletContext.getServletRegistrations().values().stream())
			.map(Registration::getClassName)
			.filter(StartupTests::isOurs)
			.toList();
	}

	private static boolean isOurs(String type) {
		return type.startsWith("io.gmicro.") && !type.startsWith(StartupTests.class.getPackageName() + ".");
	}

	@RestController
	static class MetricsController {

		@GetMapping("/metrics")
		String metrics() {
			return "never to be seen";
		}

	}

}
