package io.gmicro.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A single error shows in the increase that Prometheus computes, although Prometheus
 * knows nothing of a series before it scraped it for the first time.
 */
class FirstErrorTests {

	private static final String UNAVAILABLE = "{http_route=\"/unavailable\",http_response_status_code=\"503\"}";

	private static final String DEADLINE = "{rpc_status_code=\"DEADLINE_EXCEEDED\"}";

	/** Prometheus 3 puts a zero where a series says that it started. */
	@Test
	void withStartTimesBeforeTheFirstScrape(@TempDir Path directory) throws Exception {
		RealTools.find("prometheus3");
		try (SampleServer sample = SampleServer.startWith(List.of(Unavailable.class),
				"gmicro.http.initialize-metrics=false", "gmicro.grpc.server.initialize-metrics=false",
				"gmicro.http.slow-requests.threshold=1ms")) {
			assertThat(sample.scrape().families()).doesNotContain("http_server_responses");
			assertThat(sample.get("/unavailable").statusCode()).isEqualTo(503);
			assertThat(sample.get("/greet/Ada?millis=2500").statusCode()).isEqualTo(504);
			try (PrometheusServer prometheus = PrometheusServer.start3(directory, sample.port(),
					"--enable-feature=created-timestamp-zero-ingestion")) {
				for (String series : List.of("http_server_responses_total" + UNAVAILABLE,
						"http_server_request_duration_seconds_count" + UNAVAILABLE,
						"http_server_request_duration_seconds_bucket" + UNAVAILABLE.replace("}", ",le=\"+Inf\"}"),
						"http_server_response_body_size_bytes_count{http_route=\"/unavailable\"}",
						"http_server_slow_requests_total{http_response_status_code=\"504\"}",
						"rpc_server_responses_total" + DEADLINE, "rpc_client_responses_total" + DEADLINE,
						"rpc_server_call_duration_seconds_count" + DEADLINE)) {
					assertIncreases(prometheus, series);
				}
			}
		}
	}

	/** An older Prometheus needs a scrape of the zero. */
	@ParameterizedTest
	@ValueSource(strings = { "prometheus", "prometheus3" })
	void ofMappedRoutesAfterTheFirstScrape(String tool, @TempDir Path directory) throws Exception {
		RealTools.find(tool);
		try (SampleServer sample = SampleServer.startWith(List.of(Unavailable.class),
				"gmicro.http.slow-requests.threshold=1ms", "gmicro.slo.unavailable.route=/unavailable",
				"gmicro.slo.unavailable.objective=99", "gmicro.slo.unavailable.latency=1s");
				PrometheusServer prometheus = tool.equals("prometheus")
						? PrometheusServer.start(directory, sample.port())
						: PrometheusServer.start3(directory, sample.port())) {
			String responses = "http_server_responses_total" + UNAVAILABLE;
			await().atMost(Duration.ofSeconds(30))
				.ignoreExceptions()
				.untilAsserted(() -> assertThat(prometheus.value(responses)).isZero());
			assertThat(sample.get("/unavailable").statusCode()).isEqualTo(503);
			assertIncreases(prometheus, responses);
			assertIncreases(prometheus, "http_server_request_duration_seconds_count" + UNAVAILABLE);
			assertThat(sample.get("/slow?millis=5").statusCode()).isEqualTo(200);
			assertIncreases(prometheus, "http_server_slow_requests_total{http_route=\"/slow\"}");
		}
	}

	private static void assertIncreases(PrometheusServer prometheus, String series) {
		await().atMost(Duration.ofSeconds(30))
			.ignoreExceptions()
			.untilAsserted(() -> assertThat(prometheus.value("sum(increase(" + series + "[5m]))")).as(series)
				.isGreaterThanOrEqualTo(1));
	}

	@RestController
	static class Unavailable {

		@GetMapping("/unavailable")
		@ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
		String unavailable() {
			return "not today\n";
		}

	}

}
