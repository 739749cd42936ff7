package io.gmicro.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a real Prometheus makes of pods that the configuration for Kubernetes finds.
 * Debian's Prometheus is built without this service discovery, so here a file has the
 * labels that it would find, and nothing looks at {@code kubernetes_sd_configs} itself.
 */
class PrometheusKubernetesTests {

	private static final String META = "__meta_kubernetes_";

	private static final JsonMapper json = new JsonMapper();

	@TempDir
	private Path directory;

	@Test
	void podsAreScrapedAsTheirAnnotationsSay() throws Exception {
		ArrayNode groups = json.createArrayNode();
		Map<String, String> shop = pod("shop", "127.1.0.1", "8080");
		group(groups, "127.1.0.1:8080", shop);
		group(groups, "127.1.0.1:9090", with(shop, "pod_container_port_number", "9090"));
		group(groups, "127.1.0.2",
				with(pod("unnamed-port", "127.1.0.2", "8081"), "pod_annotation_prometheus_io_path", "/manage/metrics"));
		group(groups, "[::1]:8080", pod("ipv6", "::1", "8080"));
		group(groups, "127.1.0.4:8080",
				with(with(pod("other-label", "127.1.0.4", "8080"), "pod_label_app", "other-label"),
						"pod_label_app_kubernetes_io_name", ""));
		group(groups, "127.1.0.5:8080",
				with(pod("unwanted", "127.1.0.5", "8080"), "pod_annotation_prometheus_io_scrape", "false"));
		group(groups, "127.1.0.6:8080", with(pod("done", "127.1.0.6", "8080"), "pod_phase", "Succeeded"));
		group(groups, "127.1.0.7:8080", with(pod("init", "127.1.0.7", "8080"), "pod_container_init", "true"));
		Path pods = Files.writeString(this.directory.resolve("pods.json"), json.writeValueAsString(groups));

		try (PrometheusServer prometheus = PrometheusServer.start(this.directory, ToolServer.freePort(),
				configuration(pods))) {
			Map<String, String> targets = await().atMost(Duration.ofSeconds(30))
				.until(() -> targets(prometheus.address()), (found) -> !found.isEmpty());
			assertThat(targets).isEqualTo(Map.of("http://127.1.0.1:8080/metrics", "default/shop shop-1",
					"http://127.1.0.2:8081/manage/metrics", "default/unnamed-port unnamed-port-1",
					"http://[::1]:8080/metrics", "default/ipv6 ipv6-1", "http://127.1.0.4:8080/metrics",
					"default/other-label other-label-1"));
		}
	}

	private Path configuration(Path pods) throws IOException {
		ObjectNode root = PrometheusConfiguration
			.read(PrometheusConfiguration.REPOSITORY.resolve("prometheus-kubernetes.yml"));
		ArrayNode jobs = json.createArrayNode();
		for (JsonNode job : root.path("scrape_configs")) {
			if (((ObjectNode) job).remove("kubernetes_sd_configs") != null) {
				((ObjectNode) job).putArray("file_sd_configs").addObject().putArray("files").add(pods.toString());
				jobs.add(job);
			}
		}
		assertThat(jobs.size()).isEqualTo(1);
		root.set("scrape_configs", jobs);
		root.remove("rule_files");
		root.remove("alerting");
		return Files.writeString(this.directory.resolve("prometheus.yml"), json.writeValueAsString(root));
	}

	private static Map<String, String> pod(String app, String address, String port) {
		Map<String, String> labels = new HashMap<>();
		Map.of("namespace", "default", "pod_name", app + "-1", "pod_ip", address, "pod_phase", "Running",
				"pod_container_port_number", port, "pod_annotation_prometheus_io_scrape", "true",
				"pod_annotation_prometheus_io_port", port, "pod_node_name", "node-1",
				"pod_label_app_kubernetes_io_name", app)
			.forEach((name, value) -> labels.put(META + name, value));
		return labels;
	}

	private static Map<String, String> with(Map<String, String> labels, String name, String value) {
		Map<String, String> more = new HashMap<>(labels);
		more.put(META + name, value);
		return more;
	}

	private static void group(ArrayNode groups, String address, Map<String, String> labels) {
		groups.add(json.valueToTree(Map.of("targets", List.of(address), "labels", labels)));
	}

	/** The job and the pod of what is scraped, by its address. */
	private static Map<String, String> targets(String address) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/api/v1/targets?state=active"))
			.build();
		JsonNode answer = json.readTree(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
		Map<String, String> targets = new TreeMap<>();
		for (JsonNode target : answer.at("/data/activeTargets")) {
			JsonNode labels = target.path("labels");
			assertThat(labels.propertyNames()).isEqualTo(Set.of("instance", "job", "namespace", "pod", "node"));
			String before = targets.put(target.path("scrapeUrl").asString(),
					labels.path("job").asString() + " " + labels.path("pod").asString());
			assertThat(before).as("scraped twice").isNull();
		}
		return targets;
	}

}
