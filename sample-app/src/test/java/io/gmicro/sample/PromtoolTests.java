package io.gmicro.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Prometheus' own linter says.
 */
class PromtoolTests {

	/** Spring's {@code http_server_requests_} is not among them. */
	private static final Predicate<String> OURS = Pattern
		.compile("^(gmicro|mxshop|http_server_(request|response|responses|active|slow))_")
		.asPredicate();

	private static final int LINT_FINDINGS = 3;

	@TempDir
	private Path directory;

	@BeforeAll
	static void findTool() {
		RealTools.find("promtool");
	}

	@Test
	void linterHasNothingToSayAboutOurMetrics() throws Exception {
		Scrape scrape;
		try (SampleServer sample = SampleServer.start()) {
			for (String path : List.of("/", "/orders", "/orders/1", "/orders/0", "/no/such/path", "/slow?millis=1",
					"/async?millis=1", "/events?count=1", "/cpu?millis=1", "/allocate?megabytes=1", "/contend?millis=1",
					"/fail")) {
				sample.get(path);
			}
			assertThat(sample.post("/orders", "{\"item\": \"tea\", \"quantity\": 1}").statusCode()).isEqualTo(201);
			scrape = sample.scrape();
		}
		assertThat(scrape.families()).filteredOn(OURS)
			.contains("http_server_request_duration_seconds", "http_server_responses_total",
					"http_server_active_requests", "http_server_request_body_size_bytes",
					"http_server_response_body_size_bytes", "gmicro_overflow_total", "gmicro_scrapes_total",
					"gmicro_scrape_errors_total", "gmicro_observer_errors_total", "mxshop_test_total", "mxshop_orders",
					"mxshop_order_items", "mxshop_order_placing_seconds", "mxshop_orders_placed_total");
		assertThat(findings(scrape.text())).filteredOn(OURS).isEmpty();
	}

	@Test
	void linterWouldSpeakUp() throws Exception {
		assertThat(findings("# TYPE gmicro_scrapes counter\ngmicro_scrapes 1\n")).filteredOn(OURS).isNotEmpty();
	}

	@Test
	void configurationIsValid() throws Exception {
		Path configuration = Path.of("../deploy/prometheus/prometheus.yml");
		RealTools.Run run = RealTools.run(configuration, "promtool", "check", "config", configuration.toString());
		assertThat(run.exitCode()).as(run.output()).isZero();
	}

	private List<String> findings(String metrics) throws Exception {
		Path input = Files.writeString(this.directory.resolve("metrics.txt"), metrics);
		RealTools.Run run = RealTools.run(input, "promtool", "check", "metrics");
		assertThat(run.exitCode()).as(run.output()).isIn(0, LINT_FINDINGS);
		return run.output().lines().toList();
	}

}
