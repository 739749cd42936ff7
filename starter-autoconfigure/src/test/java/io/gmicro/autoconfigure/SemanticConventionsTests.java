package io.gmicro.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.gmicro.grpc.ClientMetricsInterceptor;
import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is recorded, the conventions' own list of attributes and the table of deviations
 * in the documentation agree.
 */
class SemanticConventionsTests {

	private static final Path DOCUMENT = Path.of("../docs/metrics.md");

	private static final Pattern ROW = Pattern
		.compile("\\| `([\\w.]+)` \\| `([\\w.]+)` \\| ([\\w -]+) \\| ([^|]+) \\| [^|]+ \\|");

	private static final Pattern NAME = Pattern.compile("`((?:http|rpc)\\.(?:server|client)\\.[\\w.]+)`");

	private static Map<String, Map<String, String>> conventions = Map.of();

	/** The keys of the tags of each recorded metric. */
	private static final Map<String, Set<String>> recorded = new TreeMap<>();

	@BeforeAll
	static void record() throws IOException {
		try (InputStream copied = SemanticConventionsTests.class.getResourceAsStream("/semconv/metrics-1.45.0.yaml")) {
			conventions = new Yaml().load(copied);
		}
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.grpc.exclude-services=", "server.http2.enabled=true", "spring.grpc.server.servlet.enabled=true",
				"spring.grpc.server.health.enabled=false", "gmicro.http.unique-clients.enabled=true")) {
			server.send("/echo", (request) -> request.POST(HttpRequest.BodyPublishers.ofString("body")));
			call(server);
			MeterRegistry registry = server.context().getBean(MeterRegistry.class);
			await().until(() -> registry.find("rpc.server.responses").counter() != null
					&& registry.find("http.server.request.body.size").summary() != null);
			registry.getMeters()
				.stream()
				.map((meter) -> meter.getId())
				.filter((id) -> id.getName().matches("(http|rpc)\\.(server|client)\\..*"))
				.filter((id) -> !id.getName().startsWith("http.server.requests"))
				.forEach((id) -> recorded.computeIfAbsent(id.getName(), (name) -> new TreeSet<>())
					.addAll(id.getTags().stream().map(Tag::getKey).toList()));
		}
	}

	private static void call(TestServer server) {
		ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
			.usePlaintext()
			.intercept(server.context().getBean(ClientMetricsInterceptor.class))
			.build();
		HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
		channel.shutdownNow();
	}

	@Test
	void everyMetricOfTheListIsRecorded() {
		assertThat(recorded.keySet()).containsAll(conventions.keySet());
	}

	@Test
	void recordedAttributesAreThoseOfTheConventions() {
		conventions.forEach(
				(metric, attributes) -> assertThat(recorded.get(metric)).as(metric).isSubsetOf(attributes.keySet()));
	}

	@Test
	void whatIsNotRecordedIsInTheTableAndOnlyThat() throws IOException {
		List<String> missing = new ArrayList<>();
		conventions.forEach((metric, attributes) -> attributes.keySet()
			.stream()
			.filter((attribute) -> !recorded.getOrDefault(metric, Set.of()).contains(attribute))
			.forEach((attribute) -> missing.add(metric + " " + attribute)));
		assertThat(deviations().filter((row) -> row.group(4).matches("not recorded|opt-in"))
			.map((row) -> row.group(1) + " " + row.group(2))).containsExactlyInAnyOrderElementsOf(missing);
	}

	@Test
	void everyRowOfTheTableHasTheLevelOfTheConventions() throws IOException {
		assertThat(deviations().toList()).hasSizeGreaterThan(10)
			.allSatisfy((row) -> assertThat(conventions.get(row.group(1))).as(row.group())
				.containsEntry(row.group(2), row.group(3)));
	}

	@Test
	void namesOfOursInTheirNamespacesAreListed() throws IOException {
		String list = section().lines()
			.dropWhile((line) -> !line.startsWith("- Of gmicro, in namespaces"))
			.takeWhile((line) -> !line.isEmpty())
			.collect(Collectors.joining("\n"));
		GmicroProperties properties = new Binder(
				new MapConfigurationPropertySource(Map.of("gmicro.http.unique-clients.enabled", "true")))
			.bindOrCreate("gmicro", GmicroProperties.class);
		Set<String> ours = new TreeSet<>(OwnNames.ofRequests(properties).names());
		ours.addAll(OwnNames.ofCalls(properties).names());
		assertThat(ours).containsAll(recorded.keySet());
		ours.removeAll(conventions.keySet());
		assertThat(NAME.matcher(list).results().map((name) -> name.group(1))).containsExactlyInAnyOrderElementsOf(ours);
	}

	private static Stream<Matcher> deviations() throws IOException {
		return section().lines().map(ROW::matcher).filter(Matcher::matches);
	}

	private static String section() throws IOException {
		String document = Files.readString(DOCUMENT);
		int start = document.indexOf("## Deviations from the conventions");
		return document.substring(start, document.indexOf("\n## ", start));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		BindableService health() {
			return new GrpcMetricsAutoConfigurationTests.Health();
		}

		@Bean
		Echo echo() {
			return new Echo();
		}

	}

	@RestController
	static class Echo {

		@PostMapping("/echo")
		String echo() {
			return "echo";
		}

	}

}
