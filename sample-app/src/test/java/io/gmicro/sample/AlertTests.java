package io.gmicro.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * From requests to the sample to a message of Alertmanager, through the real servers and
 * the rules and configurations of the repository, in a thirtieth of their time.
 */
class AlertTests {

	private static final int FACTOR = 30;

	private static final Map<String, String> FAST_BURN = Map.of("job", PrometheusConfiguration.SAMPLE, "slo",
			"http-availability", "long", "1h");

	private static final Duration LONGEST = Duration.ofMinutes(2);

	@TempDir
	private static Path directory;

	private static SampleServer sample;

	private static WebHook webHook;

	private static Alertmanager alertmanager;

	private static PrometheusServer prometheus;

	@BeforeAll
	static void start() throws Exception {
		RealTools.find("prometheus");
		RealTools.find("prometheus-alertmanager");
		sample = SampleServer.startWith("gmicro.http.slow-requests.threshold=1ms");
		webHook = WebHook.start();
		alertmanager = Alertmanager.start(directory, webHook.port(), FACTOR);
		int port = ToolServer.freePort();
		prometheus = PrometheusServer.start(directory, port,
				PrometheusConfiguration.in(directory)
					.targets(sample.port())
					.job("prometheus", port)
					.rules(FACTOR)
					.alertmanager(alertmanager.port()),
				"--rules.alert.resend-delay=" + PrometheusConfiguration.faster("1m", FACTOR));
	}

	@AfterAll
	static void stop() throws Exception {
		for (AutoCloseable started : new AutoCloseable[] { prometheus, alertmanager, webHook, sample }) {
			if (started != null) {
				started.close();
			}
		}
	}

	@Test
	void errorsWakeSomebodyUntilTheyAreOver() throws Exception {
		try (Traffic orders = Traffic.to("/orders/1")) {
			await().atMost(LONGEST)
				.ignoreExceptions()
				.until(() -> prometheus.value("job:http_server_requests:rate5m") > 0
						&& prometheus.value("job:http_server_errors:ratio_rate1h") == 0);
			assertThat(fastBurn("firing")).isEmpty();

			WebHook.Told firing;
			try (Traffic errors = Traffic.to("/fail")) {
				firing = await().atMost(LONGEST).until(() -> fastBurn("firing"), (told) -> !told.isEmpty()).get(0);
			}
			assertThat(firing.receiver()).isEqualTo("page");
			assertThat(firing.labels()).containsEntry("severity", "page").containsEntry("cluster", "local");
			assertThat(firing.annotations().get("summary")).matches("gmicro-sample fails [\\d.]+% of its requests");
			assertThat(firing.annotations()).containsEntry("runbook_url",
					"https://example.com/gmicro/runbooks/ErrorBudgetBurn.md");
			assertThat(fastBurn("resolved")).isEmpty();

			WebHook.Told resolved = await().atMost(LONGEST)
				.until(() -> fastBurn("resolved"), (told) -> !told.isEmpty())
				.get(0);
			assertThat(resolved.receiver()).isEqualTo("page");
			assertThat(resolved.labels()).isEqualTo(firing.labels());
		}
	}

	/**
	 * What was told of the alert of one hour, which is the first to come and the first to
	 * go.
	 */
	private static List<WebHook.Told> fastBurn(String status) {
		return webHook.told("ErrorBudgetBurn")
			.stream()
			.filter((told) -> told.status().equals(status)
					&& told.labels().entrySet().containsAll(FAST_BURN.entrySet()))
			.toList();
	}

	@Test
	void thatAlertsArriveIsToldAllTheTime() {
		await().atMost(LONGEST).until(() -> webHook.told("DeadMansSwitch").size() > 1);
		assertThat(webHook.told("DeadMansSwitch")).extracting(WebHook.Told::receiver).containsOnly("dead-mans-switch");
	}

	@Test
	void rulesReadWhatIsThere() throws Exception {
		for (String path : List.of("/slow?millis=5", "/greet/Ada?millis=500", "/fail")) {
			sample.get(path);
		}
		await().atMost(LONGEST).ignoreExceptions().untilAsserted(() -> {
			for (String metric : RulesTests.metrics()) {
				assertThat(prometheus.value("count(" + metric + ")")).as(metric).isPositive();
			}
		});
		assertThat(prometheus.value("sum(prometheus_rule_evaluation_failures_total)")).isZero();
	}

	@Test
	void whatFollowsFromAnotherAlertWakesNobody() throws Exception {
		alertmanager.post(List.of(alert("shop", "TargetDown", "page"), alert("shop", "NoTraffic", "page"),
				alert("shop", "ErrorBudgetBurn", "page"), alert("shop", "TargetDown", "ticket", "instance", "a"),
				alert("shop", "ObserverErrors", "ticket"), alert("shop", "RestartLoop", "ticket", "instance", "a"),
				alert("other", "NoTraffic", "page"), alert("other", "ErrorBudgetBurn", "page", "slo", "orders"),
				alert("other", "ErrorBudgetBurn", "ticket", "slo", "orders"),
				alert("other", "ErrorBudgetBurn", "ticket", "slo", "search"),
				alert("other", "TargetDown", "ticket", "instance", "a"),
				alert("other", "ScrapeErrors", "ticket", "instance", "a"),
				alert("other", "ScrapeErrors", "ticket", "instance", "b")));
		await().atMost(LONGEST)
			.untilAsserted(() -> assertThat(states("shop")).isEqualTo(Map.of("TargetDown page", "active",
					"NoTraffic page", "suppressed", "ErrorBudgetBurn page", "suppressed", "TargetDown ticket a",
					"suppressed", "ObserverErrors ticket", "active", "RestartLoop ticket a", "suppressed")));
		await().atMost(LONGEST)
			.untilAsserted(() -> assertThat(states("other")).isEqualTo(Map.of("NoTraffic page", "active",
					"ErrorBudgetBurn page orders", "active", "ErrorBudgetBurn ticket orders", "suppressed",
					"ErrorBudgetBurn ticket search", "active", "TargetDown ticket a", "active", "ScrapeErrors ticket a",
					"suppressed", "ScrapeErrors ticket b", "active")));
	}

	private static Map<String, String> alert(String job, String name, String severity, String... more) {
		Map<String, String> labels = new TreeMap<>(
				Map.of("cluster", "test", "job", job, "alertname", name, "severity", severity));
		for (int i = 0; i < more.length; i += 2) {
			labels.put(more[i], more[i + 1]);
		}
		return labels;
	}

	private static Map<String, String> states(String job) throws Exception {
		Map<String, String> states = new TreeMap<>();
		for (JsonNode alert : alertmanager.alerts(job)) {
			JsonNode labels = alert.path("labels");
			String key = labels.path("alertname").asString() + " " + labels.path("severity").asString() + " "
					+ labels.path("slo").asString() + labels.path("instance").asString();
			states.put(key.strip(), alert.at("/status/state").asString());
		}
		return states;
	}

	/** Twenty requests a second until it is closed. */
	private record Traffic(ScheduledExecutorService executor) implements AutoCloseable {

		static Traffic to(String path) {
			ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
			executor.scheduleAtFixedRate(() -> {
				try {
					sample.get(path);
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			}, 0, 50, TimeUnit.MILLISECONDS);
			return new Traffic(executor);
		}

		@Override
		public void close() throws InterruptedException, TimeoutException {
			this.executor.shutdown();
			if (!this.executor.awaitTermination(1, TimeUnit.MINUTES)) {
				throw new TimeoutException("A request is not answered");
			}
		}

	}

}
