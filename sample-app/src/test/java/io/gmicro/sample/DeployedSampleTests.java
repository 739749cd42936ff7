package io.gmicro.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample with the environment that {@code deploy/kubernetes/deployment.yaml} gives it
 * answers whatever the files of {@code deploy} ask it.
 */
class DeployedSampleTests {

	/** Upper bounds of the histograms. */
	private static final int BOUNDS = 14;

	/** Of gRPC. */
	private static final int CODES = 17;

	private static final Pattern ALLOY_PROFILE = Pattern.compile("profile\\.(\\w+) \\{\\s*enabled = (\\w+)");

	/** What Alloy asks for each of its profiles, and Parca alike. */
	private static final Map<String, String> PROFILES = Map.of("process_cpu", "profile?seconds=2", "memory", "allocs",
			"mutex", "mutex", "block", "block", "goroutine", "goroutine");

	private static final String TOKEN = "a-token-of-the-test";

	@TempDir
	private static Path directory;

	private static final HttpClient client = HttpClient.newHttpClient();

	private static SampleProcess sample;

	private static int managementPort;

	@BeforeAll
	static void start() throws Exception {
		managementPort = ToolServer.freePort();
		SampleProcess.Builder builder = SampleProcess.builder(directory)
			.options("-Xmx256m")
			.arguments("--gmicro.pprof.enabled=${GMICRO_PPROF_ENABLED}", "--gmicro.diagnostics.access=local",
					"--gmicro.diagnostics.token=" + TOKEN);
		Manifests.environment().forEach(builder::environment);
		sample = builder.environment("MANAGEMENT_SERVER_PORT", Integer.toString(managementPort))
			.environment("MANAGEMENT_SERVER_ADDRESS", "127.0.0.1")
			.start();
		for (String path : List.of("/orders/1", "/orders/7", "/fail", "/slow?millis=1", "/greet/Ada", "/no/such")) {
			sample.get(path);
		}
	}

	@AfterAll
	static void stop() {
		if (sample != null) {
			sample.close();
		}
	}

	@Test
	void probesAreAnsweredAtTheManagementPortAlone() throws Exception {
		Container container = Manifests.read("deployment.yaml", Deployment.class)
			.getSpec()
			.getTemplate()
			.getSpec()
			.getContainers()
			.get(0);
		for (Probe probe : List.of(container.getStartupProbe(), container.getLivenessProbe(),
				container.getReadinessProbe())) {
			String path = probe.getHttpGet().getPath();
			assertThat(management(path).body()).as(path).isEqualTo("{\"status\":\"UP\"}");
			assertThat(sample.get(path).statusCode()).as(path).isEqualTo(404);
		}
	}

	@Test
	void metricsAreAtTheManagementPortAlone() throws Exception {
		String path = Manifests.read("servicemonitor.yaml", ServiceMonitor.class)
			.getSpec()
			.getEndpoints()
			.get(0)
			.getPath();
		assertThat(management(path).body()).contains("http_server_responses_total{");
		assertThat(sample.get(path).statusCode()).isEqualTo(404);
	}

	/** That is where kubectl port-forward comes from. */
	@Test
	void diagnosticsAreForTheOwnLoopbackInterface() throws Exception {
		for (String path : List.of("/debug/pprof/", "/debug/requests")) {
			String opened = path + "?token=" + TOKEN;
			assertThat(management(opened).statusCode()).as(path).isEqualTo(200);
			assertThat(management(path).statusCode()).as(path).isEqualTo(403);
			assertThat(management(opened, "X-Forwarded-For", "192.0.2.1").statusCode()).as(path).isEqualTo(403);
			assertThat(sample.get(path).statusCode()).as(path).isEqualTo(404);
		}
	}

	@Test
	void healthCheckOfComposeTells() throws Exception {
		JsonNode test = PrometheusConfiguration.read(Path.of("../deploy/compose.yaml"))
			.at("/services/application/healthcheck/test");
		assertThat(test.path(0).asString()).isEqualTo("CMD");
		assertThat(test.path(1).asString()).isEqualTo("bash");
		String script = test.path(3).asString().replace("$$", "$");
		assertThat(script).contains("/8081", "/actuator/health/readiness");
		assertThat(bash(script.replace("/8081", "/" + managementPort))).isZero();
		assertThat(bash(script.replace("/8081", "/" + managementPort).replace("readiness", "no-such-group")))
			.isPositive();
		assertThat(bash(script.replace("/8081", "/" + ToolServer.freePort()))).isPositive();
	}

	private static int bash(String script) throws IOException, InterruptedException {
		return RealTools.run(Files.createTempFile(directory, "empty", ".in"), "bash", "-c", script).exitCode();
	}

	@Test
	void autoscalerHasItsMetric() throws Exception {
		String name = Manifests.read("horizontalpodautoscaler.yaml", HorizontalPodAutoscaler.class)
			.getSpec()
			.getMetrics()
			.get(0)
			.getPods()
			.getMetric()
			.getName();
		JsonNode rule = PrometheusConfiguration.read(Manifests.DIRECTORY.resolve("prometheus-adapter.yaml"))
			.at("/rules/custom/0");
		assertThat(rule.at("/name/as").asString()).isEqualTo(name);
		String series = rule.path("seriesQuery").asString().replaceAll("\\{.*", "");
		assertThat(management("/metrics").body()).contains("\n" + series + "{");
		String query = rule.path("metricsQuery")
			.asString()
			.replace("<<.Series>>", series)
			.replace("<<.LabelMatchers>>", "namespace=\"shop\",pod=~\"gmicro-sample-1|gmicro-sample-2\"")
			.replace("<<.GroupBy>>", "pod");
		Path rules = Files.writeString(directory.resolve("adapter.yml"),
				"groups: [{name: adapter, rules: [{record: in_flight, expr: '%s'}]}]".formatted(query));
		RealTools.Run run = RealTools.run(rules, "promtool", "check", "rules", rules.toString());
		assertThat(run.exitCode()).as(run.output()).isZero();
	}

	/**
	 * As Alloy and Parca do; processor time is being collected while the others are
	 * asked.
	 */
	@Test
	void everyProfileIsServedAtOnceAndReadByPprof() throws Exception {
		RealTools.find("go");
		List<String> profiles = alloyProfiles();
		List<CompletableFuture<HttpResponse<byte[]>>> answers = profiles.stream()
			.map((profile) -> bearer(request("/debug/pprof/" + PROFILES.get(profile))))
			.map((request) -> client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()))
			.toList();
		Pprof pprof = new Pprof(directory);
		for (int i = 0; i < profiles.size(); i++) {
			HttpResponse<byte[]> answer = answers.get(i).join();
			assertThat(answer.statusCode()).as(profiles.get(i)).isEqualTo(200);
			assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
			Path file = Files.write(directory.resolve(profiles.get(i) + ".pb.gz"), answer.body());
			assertThat(pprof.raw(file.toString()).sampleTypes()).as(profiles.get(i)).isNotEmpty();
		}
	}

	@Test
	void alloyAndParcaScrapeWhatPrometheusDoes() throws IOException {
		assertThat(alloyProfiles()).containsExactlyInAnyOrderElementsOf(PROFILES.keySet());
		String targets = "targets/*.yml";
		assertThat(PrometheusConfiguration.read(PrometheusConfiguration.REPOSITORY.resolve("prometheus.yml"))
			.at("/scrape_configs/0/file_sd_configs/0/files/0")
			.asString()).isEqualTo(targets);
		assertThat(alloy()).contains("files = [\"deploy/prometheus/" + targets + "\"]",
				"replacement  = \"" + PrometheusConfiguration.SAMPLE + "\"");
		JsonNode job = PrometheusConfiguration.read(Path.of("../deploy/profiling/parca.yaml")).at("/scrape_configs/0");
		assertThat(job.path("job_name").asString()).isEqualTo(PrometheusConfiguration.SAMPLE);
		assertThat(job.at("/file_sd_configs/0/files/0").asString()).isEqualTo("../prometheus/" + targets);
		// Parca's own five, which are those of Alloy
		assertThat(job.has("profiling_config")).isFalse();
	}

	private static String alloy() throws IOException {
		return Files.readString(Path.of("../deploy/profiling/config.alloy"));
	}

	private static List<String> alloyProfiles() throws IOException {
		List<String> enabled = new ArrayList<>();
		for (MatchResult profile : ALLOY_PROFILE.matcher(alloy()).results().toList()) {
			if (profile.group(2).equals("true")) {
				enabled.add(profile.group(1));
			}
		}
		return enabled;
	}

	/** The formula of docs/operations.md. */
	@Test
	void samplesAreThoseOfTheBudget() throws Exception {
		List<String> lines = management("/metrics").body().lines().filter((line) -> !line.startsWith("#")).toList();
		int combinations = 6;
		int routes = 5;
		int mapped = 11;
		int objectives = 3;
		// Of the combinations, one has an objective, and two are none that start at zero
		assertThat(count(lines, "http_server_request_duration_seconds_"))
			.isEqualTo((combinations + 3 * objectives - 1) * (BOUNDS + 4));
		assertThat(count(lines, "http_server_responses_total")).isEqualTo(3 * mapped + 2);
		assertThat(count(lines, "http_server_slow_requests_total")).isEqualTo(3 * mapped);
		assertThat(count(lines, "http_server_response_body_size_bytes_")).isEqualTo(routes * 3);
		assertThat(count(lines, "http_server_active_requests")).isEqualTo(11);
		assertThat(count(lines, "http_server_requests_seconds_")).isEqualTo(combinations * 3);
		assertThat(count(lines, "rpc_server_")).isEqualTo(CODES + 2 + BOUNDS + 4);
		assertThat(count(lines, "rpc_client_")).isEqualTo(BOUNDS + 5 + 2);
	}

	private static long count(List<String> lines, String... prefixes) {
		return lines.stream().filter((line) -> Stream.of(prefixes).anyMatch(line::startsWith)).count();
	}

	private static HttpResponse<String> management(String path, String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(request(path), (name, value) -> true);
		if (headers.length > 0) {
			request.headers(headers);
		}
		return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private static HttpRequest bearer(HttpRequest request) {
		return HttpRequest.newBuilder(request, (name, value) -> true)
			.header("Authorization", "Bearer " + TOKEN)
			.build();
	}

	private static HttpRequest request(String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
			.timeout(Duration.ofSeconds(30))
			.build();
	}

}
