package io.gmicro.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.gmicro.autoconfigure.GmicroProperties;
import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.slo.RuleFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * The share of errors that a real Prometheus computes by a generated rule, compared with
 * what became of every single request.
 */
class SloExactnessTests {

	private static final String ROUTE = "/odd/\"q\"/{x:[a-z]+\\d?}";

	private static final String PATH = "/odd/%22q%22/ab1";

	private static final long LATENCY_MILLIS = 333;

	private static final String ERRORS = "slo:http_server_errors:rate5m";

	private static final String REQUESTS = "slo:http_server_requests:rate5m";

	@TempDir
	private Path directory;

	@Test
	void shareOfErrorsIsExact() throws Exception {
		RealTools.find("prometheus");
		String property = "gmicro.slo.odd.";
		try (SampleServer sample = SampleServer.startWith(List.of(Odd.class), property + "route=" + ROUTE,
				property + "objective=99", property + "latency=" + LATENCY_MILLIS + "ms");
				PrometheusServer prometheus = PrometheusServer.start(this.directory, sample.port())) {
			Queue<Answer> answers = sample.bean(Answers.class).all;
			send(sample, 2, 2, 2);
			double start = scraped(sample, prometheus);
			answers.clear();
			send(sample, 61, 7, 11);
			double end = scraped(sample, prometheus);

			assertThat(answers).hasSize(79);
			long errors = answers.stream().filter(Answer::isError).count();
			assertThat(errors).isBetween(18L, 78L);
			String range = "[" + (Math.round((end - start) * 1000) + 1) + "ms]";
			String ratio = "(" + rule(sample, ERRORS) + ") / (" + rule(sample, REQUESTS) + ")";
			assertThat(prometheus.value(ratio.replace("[5m]", range), end)).isCloseTo(errors / 79.0, within(1e-9));
			assertThat(sample.scrape().text()).contains(",le=\"0.333\"} ");
		}
	}

	private static void send(SampleServer sample, int good, int slow, int failed) {
		List<CompletableFuture<?>> sent = new ArrayList<>();
		for (int i = 0; i < slow; i++) {
			sent.add(sample.getLater(PATH + "?status=200&millis=" + (LATENCY_MILLIS + 5)));
		}
		for (int i = 0; i < good; i++) {
			sample.getLater(PATH + "?status=" + ((i % 2 == 0) ? 200 : 404) + "&millis=0").join();
		}
		for (int i = 0; i < failed; i++) {
			sample.getLater(PATH + "?status=503&millis=0").join();
		}
		sent.forEach(CompletableFuture::join);
	}

	/** Waits until Prometheus has scraped what is there now, and says when it did. */
	private static double scraped(SampleServer sample, PrometheusServer prometheus) {
		await().until(() -> sample.scrape().sum("http_server_active_requests") == 0);
		// Prometheus moves the time of a scrape by up to 2 ms to keep its intervals even.
		double idle = (System.currentTimeMillis() + 10) / 1000.0;
		return await().atMost(Duration.ofSeconds(30))
			.ignoreExceptions()
			.until(() -> prometheus.value("max(timestamp(http_server_responses_total))"), (time) -> time > idle);
	}

	private String rule(SampleServer sample, String record) throws Exception {
		RuleFiles.write(this.directory.resolve("slo"), "gmicro-sample", "", sample.bean(GmicroProperties.class).slo());
		Object file = new Yaml().load(Files.readString(this.directory.resolve("slo/rules/slo.yml")));
		for (JsonNode group : new JsonMapper().<JsonNode>valueToTree(file).path("groups")) {
			for (JsonNode rule : group.path("rules")) {
				if (rule.path("record").asString("").equals(record)
						&& rule.at("/labels/slo").asString().equals("odd")) {
					return rule.path("expr").asString();
				}
			}
		}
		throw new AssertionError("There is no rule " + record);
	}

	/**
	 * What became of a request.
	 *
	 * @param status how it was answered
	 * @param nanos how long that took
	 */
	record Answer(int status, long nanos) {

		boolean isError() {
			return this.status >= 500 || this.nanos > Duration.ofMillis(LATENCY_MILLIS).toNanos();
		}

	}

	/** Notes what became of each request of the route. */
	static final class Answers implements ExchangeObserver {

		private final Queue<Answer> all = new ConcurrentLinkedQueue<>();

		@Override
		public void onEnd(Exchange exchange) {
			if (ROUTE.equals(exchange.route())) {
				this.all.add(new Answer(exchange.status(), exchange.durationNanos()));
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(OddController.class)
	static class Odd {

		@Bean
		Answers answers() {
			return new Answers();
		}

	}

	@RestController
	static class OddController {

		@GetMapping(ROUTE)
		ResponseEntity<String> odd(@RequestParam int status, @RequestParam long millis) throws InterruptedException {
			Thread.sleep(millis);
			return ResponseEntity.status(status).body("odd");
		}

	}

}
