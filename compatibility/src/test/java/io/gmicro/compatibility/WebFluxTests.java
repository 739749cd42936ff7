package io.gmicro.compatibility;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import io.gmicro.custom.CustomMetrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A WebFlux application on Netty, without servlets on its class path: it starts, warns in
 * one line of what is not recorded, and keeps the metrics that it declares.
 */
@ExtendWith(OutputCaptureExtension.class)
class WebFluxTests {

	private static final HttpClient client = HttpClient.newHttpClient();

	@Test
	void thereIsNoServlet() {
		assertThat(ClassUtils.isPresent("jakarta.servlet.Servlet", getClass().getClassLoader())).isFalse();
	}

	@Test
	void startsWithEverythingOn(CapturedOutput output) throws Exception {
		runsWithEverythingOn("local.server.port", output);
	}

	@Test
	void startsWithAManagementPort(CapturedOutput output) throws Exception {
		runsWithEverythingOn("local.management.port", output, "--management.server.port=0");
	}

	private static void runsWithEverythingOn(String actuator, CapturedOutput output, String... more) throws Exception {
		String[] arguments = java.util.stream.Stream.concat(java.util.stream.Stream.of("--gmicro.metrics.enabled=true",
				"--gmicro.pprof.enabled=true", "--gmicro.http.slow-requests.endpoint.enabled=true",
				"--gmicro.metrics.naming=both", "--gmicro.diagnostics.access=unrestricted", "--gmicro.slo.x.route=/x",
				"--gmicro.slo.x.objective=99", "--gmicro.slo.x.latency=1s",
				"--gmicro.metrics.custom.greetings.type=counter", "--gmicro.metrics.custom.greetings.help=Greetings",
				"--management.endpoints.web.exposure.include=*"), java.util.Arrays.stream(more))
			.toArray(String[]::new);
		try (ConfigurableApplicationContext context = SpringApplication.run(Greetings.class, arguments)) {
			assertThat(get(context, "local.server.port", "/hello").body()).isEqualTo("hello");
			assertThat(get(context, actuator, "/actuator/prometheus").body()).contains("greetings_total 1.0")
				.doesNotContain("http_server_request_duration");
			assertThat(get(context, actuator, "/metrics").statusCode()).isEqualTo(404);
			assertThat(get(context, actuator, "/debug/pprof/").statusCode()).isEqualTo(404);
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains("io.gmicro") || line.contains("i.gmicro")))
			.as(output.getOut())
			.singleElement()
			.asString()
			.contains(" WARN ", "WebFlux", "HTTP requests are not recorded", "/actuator/prometheus");
		assertThat(output).doesNotContain(" ERROR ", "\tat ");
	}

	private static HttpResponse<String> get(ConfigurableApplicationContext context, String port, String path)
			throws IOException, InterruptedException {
		URI uri = URI.create("http://localhost:" + context.getEnvironment().getRequiredProperty(port) + path);
		return client.send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	@EnableAutoConfiguration
	static class Greetings {

		@Bean
		Controller controller(CustomMetrics metrics) {
			return new Controller(metrics);
		}

	}

	@RestController
	static class Controller {

		private final CustomMetrics metrics;

		Controller(CustomMetrics metrics) {
			this.metrics = metrics;
		}

		@GetMapping("/hello")
		Mono<String> hello() {
			return Mono.fromCallable(() -> {
				this.metrics.counter("greetings").labelValues().increment();
				return "hello";
			});
		}

	}

}
