package io.gmicro.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The manifests of {@code deploy/kubernetes} are valid, fit one another, and fit the
 * sample and {@code prometheus.yml}. There is no cluster in this test.
 */
class KubernetesTests {

	private static Deployment deployment;

	private static Container container;

	private static Map<String, String> podLabels;

	private static Set<String> podPorts;

	private static Service service;

	private static ServiceMonitor serviceMonitor;

	private static PodMonitor podMonitor;

	private static NetworkPolicy policy;

	private static HorizontalPodAutoscaler autoscaler;

	@BeforeAll
	static void read() throws IOException {
		deployment = Manifests.read("deployment.yaml", Deployment.class);
		container = deployment.getSpec().getTemplate().getSpec().getContainers().get(0);
		podLabels = deployment.getSpec().getTemplate().getMetadata().getLabels();
		podPorts = container.getPorts().stream().map(ContainerPort::getName).collect(Collectors.toSet());
		service = Manifests.read("service.yaml", Service.class);
		serviceMonitor = Manifests.read("servicemonitor.yaml", ServiceMonitor.class);
		podMonitor = Manifests.read("podmonitor.yaml", PodMonitor.class);
		policy = Manifests.read("networkpolicy.yaml", NetworkPolicy.class);
		autoscaler = Manifests.read("horizontalpodautoscaler.yaml", HorizontalPodAutoscaler.class);
	}

	@Test
	void unknownFieldIsRefused() throws IOException {
		String manifest = Files.readString(Manifests.DIRECTORY.resolve("deployment.yaml"));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Manifests.parse(manifest.replace("readinessProbe:", "readynessProbe:"), Deployment.class))
			.withMessageContaining("readynessProbe");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Manifests.parse(manifest.replace("replicas: 3", "replicas: three"), Deployment.class));
	}

	@Test
	void everyFileIsAccountedFor() throws IOException {
		JsonNode kustomization = PrometheusConfiguration.read(Manifests.DIRECTORY.resolve("kustomization.yaml"));
		assertThat(strings(kustomization.path("resources"))).containsExactly("deployment.yaml", "service.yaml",
				"servicemonitor.yaml", "networkpolicy.yaml");
		try (Stream<Path> files = Files.list(Manifests.DIRECTORY)) {
			assertThat(files.map((file) -> file.getFileName().toString())).containsExactlyInAnyOrder("deployment.yaml",
					"service.yaml", "servicemonitor.yaml", "networkpolicy.yaml", "kustomization.yaml",
					"podmonitor.yaml", "horizontalpodautoscaler.yaml", "prometheus-adapter.yaml");
		}
	}

	@Test
	void selectorsMatch() {
		assertThat(podLabels).isNotEmpty()
			.isEqualTo(deployment.getSpec().getSelector().getMatchLabels())
			.isEqualTo(service.getSpec().getSelector())
			.isEqualTo(podMonitor.getSpec().getSelector().getMatchLabels())
			.isEqualTo(policy.getSpec().getPodSelector().getMatchLabels());
		assertThat(service.getMetadata().getLabels())
			.containsAllEntriesOf(serviceMonitor.getSpec().getSelector().getMatchLabels());
		assertThat(autoscaler.getSpec().getScaleTargetRef().getName()).isEqualTo(deployment.getMetadata().getName());
	}

	@Test
	void portsAreThoseOfTheSample() throws IOException {
		JsonNode sample = PrometheusConfiguration.read(Path.of("src/main/resources/application.yml"));
		Map<String, Integer> ports = container.getPorts()
			.stream()
			.collect(Collectors.toMap(ContainerPort::getName, ContainerPort::getContainerPort));
		assertThat(ports).containsExactlyInAnyOrderEntriesOf(
				Map.of("http", sample.at("/server/port").asInt(), "grpc", sample.at("/spring/grpc/server/port").asInt(),
						"management", Integer.parseInt(Manifests.environment().get("MANAGEMENT_SERVER_PORT"))));
		assertThat(Files.readString(Path.of("../deploy/Dockerfile")).lines())
			.contains("EXPOSE " + ports.get("http") + " " + ports.get("management") + " " + ports.get("grpc"));
	}

	@Test
	void portNamesExist() {
		assertThat(service.getSpec().getPorts()).isNotEmpty()
			.allSatisfy((port) -> assertThat(podPorts).contains(port.getTargetPort().getStrVal()));
		assertThat(service.getSpec().getPorts().stream().map(ServicePort::getName))
			.contains(serviceMonitor.getSpec().getEndpoints().get(0).getPort());
		assertThat(podPorts).contains(podMonitor.getSpec().getPodMetricsEndpoints().get(0).getPort());
		assertThat(probes()).hasSize(3)
			.allSatisfy((probe) -> assertThat(podPorts).contains(probe.getHttpGet().getPort().getStrVal()));
	}

	@Test
	void onlyPrometheusReachesTheManagementPort() {
		assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress");
		Set<String> open = new TreeSet<>();
		for (NetworkPolicyIngressRule rule : policy.getSpec().getIngress()) {
			List<String> ports = rule.getPorts().stream().map((port) -> port.getPort().getStrVal()).toList();
			assertThat(ports).as("a rule without ports is for all").isNotEmpty();
			if (!ports.contains("management")) {
				open.addAll(ports);
				continue;
			}
			assertThat(ports).containsExactly("management");
			assertThat(rule.getFrom()).singleElement().satisfies((from) -> {
				assertThat(from.getIpBlock()).isNull();
				assertThat(from.getNamespaceSelector().getMatchLabels())
					.isEqualTo(Map.of("kubernetes.io/metadata.name", "monitoring"));
				assertThat(from.getPodSelector().getMatchLabels())
					.isEqualTo(Map.of("app.kubernetes.io/name", "prometheus"));
			});
		}
		assertThat(open).containsExactly("grpc", "http");
	}

	@Test
	void podIsHardened() {
		assertThat(deployment.getSpec().getTemplate().getSpec().getSecurityContext()).satisfies((pod) -> {
			assertThat(pod.getRunAsNonRoot()).isTrue();
			assertThat(pod.getRunAsUser()).isPositive();
			assertThat(pod.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
		});
		assertThat(container.getSecurityContext()).satisfies((context) -> {
			assertThat(context.getReadOnlyRootFilesystem()).isTrue();
			assertThat(context.getAllowPrivilegeEscalation()).isFalse();
			assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
		});
		assertThat(container.getVolumeMounts()).singleElement()
			.satisfies((mount) -> assertThat(mount.getMountPath()).isEqualTo("/tmp"));
		assertThat(deployment.getSpec().getTemplate().getSpec().getVolumes()).singleElement()
			.satisfies((volume) -> assertThat(volume.getEmptyDir()).isNotNull());
	}

	@Test
	void monitorsScrapeAsPrometheusYmlDoes() throws IOException {
		JsonNode configuration = PrometheusConfiguration
			.read(PrometheusConfiguration.REPOSITORY.resolve("prometheus.yml"));
		JsonNode job = configuration.at("/scrape_configs/0");
		assertThat(podLabels.get(podMonitor.getSpec().getJobLabel())).isEqualTo(job.path("job_name").asString());
		assertThat(service.getMetadata().getLabels().get(serviceMonitor.getSpec().getJobLabel()))
			.isEqualTo(job.path("job_name").asString());
		List<Object> limits = List.of(job.path("sample_limit").asLong(), job.path("body_size_limit").asString(),
				job.path("label_limit").asLong(), job.path("label_name_length_limit").asLong(),
				job.path("label_value_length_limit").asLong(), job.path("target_limit").asLong());
		assertThat(serviceMonitor.getSpec()).satisfies(
				(spec) -> assertThat(List.of(spec.getSampleLimit(), spec.getBodySizeLimit(), spec.getLabelLimit(),
						spec.getLabelNameLengthLimit(), spec.getLabelValueLengthLimit(), spec.getTargetLimit()))
					.isEqualTo(limits));
		assertThat(podMonitor.getSpec()).satisfies(
				(spec) -> assertThat(List.of(spec.getSampleLimit(), spec.getBodySizeLimit(), spec.getLabelLimit(),
						spec.getLabelNameLengthLimit(), spec.getLabelValueLengthLimit(), spec.getTargetLimit()))
					.isEqualTo(limits));
		List<String> scrape = List.of(job.path("metrics_path").asString(),
				configuration.at("/global/scrape_interval").asString(),
				configuration.at("/global/scrape_timeout").asString());
		assertThat(serviceMonitor.getSpec().getEndpoints()).singleElement()
			.satisfies((endpoint) -> assertThat(
					List.of(endpoint.getPath(), endpoint.getInterval(), endpoint.getScrapeTimeout()))
				.isEqualTo(scrape));
		assertThat(podMonitor.getSpec().getPodMetricsEndpoints()).singleElement()
			.satisfies((endpoint) -> assertThat(
					List.of(endpoint.getPath(), endpoint.getInterval(), endpoint.getScrapeTimeout()))
				.isEqualTo(scrape));
	}

	private static List<Probe> probes() {
		return List.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe());
	}

	private static List<String> strings(JsonNode array) {
		return array.valueStream().map(JsonNode::asString).toList();
	}

}
