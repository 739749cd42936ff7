package io.gmicro.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * A value that cannot work stops the application with a message that helps.
 */
@ExtendWith(OutputCaptureExtension.class)
class GmicroPropertiesTests {

	static final List<Duration> DEFAULT_BUCKETS = LongStream
		.of(5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000)
		.mapToObj(Duration::ofMillis)
		.toList();

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withBean(SimpleMeterRegistry.class)
		.withConfiguration(AutoConfigurations.of(GmicroAutoConfiguration.class, HttpMetricsAutoConfiguration.class))
		.withPropertyValues("gmicro.metrics.enabled=true");

	static List<Arguments> refused() {
		String bounds = "bounds are in ascending order, greater than zero and at most 24 hours";
		String threshold = "from 1 millisecond to 24 hours";
		return List.of(Arguments.of("gmicro.http.slow-requests.threshold", "0ms", threshold),
				Arguments.of("gmicro.http.slow-requests.threshold", "-1000ms", threshold),
				Arguments.of("gmicro.http.slow-requests.threshold", "90000000ms", threshold),
				Arguments.of("gmicro.http.slow-requests.routes[/orders/{id}]", "0ms", threshold),
				Arguments.of("gmicro.http.slow-requests.keep", "0", "from 1 to 1000"),
				Arguments.of("gmicro.http.request-duration.buckets", "-1ms", bounds),
				Arguments.of("gmicro.http.request-duration.buckets", "0ms", bounds),
				Arguments.of("gmicro.http.request-duration.buckets", "10ms,5ms", bounds),
				Arguments.of("gmicro.http.request-duration.buckets", "10ms,10ms", bounds),
				Arguments.of("gmicro.http.request-duration.buckets", "86400001ms", bounds),
				Arguments.of("gmicro.http.request-duration.buckets", "fast", "fast"),
				Arguments.of("gmicro.metrics.endpoint.path", "metrics", "a path starts with '/'"),
				Arguments.of("gmicro.metrics.endpoint.path", "/", "a path starts with '/'"),
				Arguments.of("gmicro.metrics.endpoint.path", "/metrics/", "does not end with '/'"),
				Arguments.of("gmicro.metrics.endpoint.path", "/metrics/*", "no wildcards"),
				Arguments.of("gmicro.metrics.endpoint.max-concurrent", "0", "from 1 to 1000"),
				Arguments.of("gmicro.http.long-lived.content-types", "text", "a type and a subtype"),
				Arguments.of("gmicro.metrics.endpoint.collect-timeout", "0ms", "from 1 millisecond to 1 hour"),
				Arguments.of("gmicro.metrics.endpoint.write-timeout", "3601000ms", "from 1 millisecond to 1 hour"),
				Arguments.of("gmicro.metrics.naming", "nonsense", "STANDARD"),
				Arguments.of("gmicro.metrics.prefix", "1shop_", "not starting with a digit"),
				Arguments.of("gmicro.metrics.prefix", "shop-", "letters, digits and '_'"),
				Arguments.of("gmicro.metrics.suffix", "-v2", "letters, digits and '_'"),
				Arguments.of("gmicro.metrics.suffix", "_v2_total", "not ending with '_total'"),
				Arguments.of("gmicro.metrics.labels[data-center]", "a", "a label name has only letters"),
				Arguments.of("gmicro.metrics.labels[1st]", "a", "does not start with a digit"),
				Arguments.of("gmicro.metrics.labels[__name__]", "a", "does not start with a digit or '__'"),
				Arguments.of("gmicro.metrics.labels[uri]", "a", "is not 'uri', 'method', 'code' or 'le'"),
				Arguments.of("gmicro.metrics.labels[region.name]", "a", "a label name has only letters"),
				Arguments.of("gmicro.metrics.labels[region]", " ", "a label needs a value"),
				Arguments.of("gmicro.http.unique-clients.enabled", "perhaps", "perhaps"),
				Arguments.of("gmicro.grpc.call-duration.buckets", "10ms,5ms", bounds),
				Arguments.of("gmicro.grpc.exclude-services", "/grpc.health", "the fully qualified name of a service"),
				Arguments.of("gmicro.diagnostics.access", "everybody", "AUTHENTICATED"),
				Arguments.of("gmicro.diagnostics.access", "authenticated", "needs the role that may access"),
				Arguments.of("gmicro.diagnostics.role", "OPERATOR",
						"only with gmicro.diagnostics.access=authenticated"),
				Arguments.of("gmicro.metrics.endpoint.enabled", "perhaps", "perhaps"),
				Arguments.of("gmicro.pprof.path", "debug/pprof", "a path starts with '/'"),
				Arguments.of("gmicro.pprof.path", "/", "a path starts with '/'"),
				Arguments.of("gmicro.pprof.path", "/debug/pprof/", "does not end with '/'"),
				Arguments.of("gmicro.pprof.path", "/debug/pprof/*", "no wildcards"),
				Arguments.of("gmicro.pprof.max-seconds", "0", "from 1 to 3600"),
				Arguments.of("gmicro.pprof.max-seconds", "-1", "from 1 to 3600"),
				Arguments.of("gmicro.pprof.max-seconds", "3601", "from 1 to 3600"),
				Arguments.of("gmicro.pprof.max-seconds", "2m", "2m"),
				Arguments.of("gmicro.pprof.heap.enabled", "perhaps", "perhaps"),
				Arguments.of("gmicro.pprof.history.keep", "59s", "from 1m to 24h"),
				Arguments.of("gmicro.pprof.history.keep", "86401s", "from 1m to 24h"),
				Arguments.of("gmicro.pprof.history.max-memory", "1047552B", "from 1MB to 1GB"),
				Arguments.of("gmicro.pprof.history.max-memory", "1025MB", "from 1MB to 1GB"),
				Arguments.of("gmicro.captures.directory", "/captures\0", "a path"),
				Arguments.of("gmicro.captures.keep", "0", "from 1 to 100"),
				Arguments.of("gmicro.captures.keep", "101", "from 1 to 100"),
				Arguments.of("gmicro.captures.max-size", "1MB1", "1MB1"),
				Arguments.of("gmicro.captures.max-size", "2048MB", "from 1MB to 1GB"),
				Arguments.of("gmicro.captures.interval", "59s", "from 1m to 24h"),
				Arguments.of("gmicro.captures.slow-requests", "-1", "0 or more"),
				Arguments.of("gmicro.captures.server-errors", "-1", "0 or more"),
				Arguments.of("gmicro.captures.cpu", "1.1", "from 0 to 1"),
				Arguments.of("gmicro.captures.heap", "NaN", "from 0 to 1"),
				Arguments.of("gmicro.captures.in-flight", "-1", "0 or more"),
				Arguments.of("gmicro.http.max-routes", "0", "from 1 to 100000"),
				Arguments.of("gmicro.http.max-routes", "100001", "from 1 to 100000"),
				Arguments.of("gmicro.http.known-methods", "GET;POST", "a token of HTTP"),
				Arguments.of("gmicro.http.known-methods", "_OTHER", "a token of HTTP"),
				Arguments.of("gmicro.http.known-methods", "A".repeat(33), "of at most 32 characters"),
				Arguments.of("gmicro.http.error-type", "perhaps", "STATUS_CODE"),
				Arguments.of("gmicro.sampling.interval", "0ms", "from 1 to 250 milliseconds"),
				Arguments.of("gmicro.sampling.interval", "251ms", "from 1 to 250 milliseconds"),
				Arguments.of("gmicro.sampling.max-cpu", "0.0", "from 0.001 to 0.5"),
				Arguments.of("gmicro.sampling.max-cpu", "0.6", "from 0.001 to 0.5"),
				Arguments.of("gmicro.sampling.max-cpu", "NaN", "from 0.001 to 0.5"),
				Arguments.of("gmicro.sampling.activities[Pricing]", "shop", "lower-case letters"),
				Arguments.of("gmicro.sampling.activities[gc]", "shop", "recognized without a stack"),
				Arguments.of("gmicro.sampling.activities[pricing]", "", "needs the name of a package or class"),
				Arguments.of("gmicro.sampling.activities[pricing]", "shop/pricing", "the name of a package or class"),
				Arguments.of("gmicro.http.exclude-paths", "health", "a path starts with '/'"),
				Arguments.of("gmicro.http.exclude-paths", "/a*", "no wildcard except a trailing '/**'"));
	}

	@ParameterizedTest
	@MethodSource
	void refused(String property, String value, String allowed, CapturedOutput output) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.SERVLET);
		assertThatException().isThrownBy(() -> application.run("--server.port=0", "--gmicro.metrics.enabled=true",
				"--" + property + "=" + value));
		assertThat(StartFailure.message(output)).contains(property.substring("gmicro.".length()))
			.contains(value)
			.contains(allowed);
	}

	@ParameterizedTest
	@CsvSource({ "too-short-secret, local", "secret/secret/secret/, local", "secret secret secret secret, local",
			"secret-secret-secret-secret-, unrestricted" })
	void refusedTokenIsNotShown(String token, String access, CapturedOutput output) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.SERVLET);
		assertThatException().isThrownBy(() -> application.run("--server.port=0", "--gmicro.pprof.enabled=true",
				"--gmicro.diagnostics.access=" + access,
				"--gmicro.diagnostics.token=" + token.replace("too-short-secret", "too-short")));
		assertThat(StartFailure.message(output)).contains("gmicro.diagnostics.token=****** is not allowed: ")
			.doesNotContain("secret-secret", "too-short", "secret/");
		assertThat(output).doesNotContain("secret/", "secret secret", "too-short");
	}

	@Test
	void tokenIsNotPartOfTheText() {
		this.contextRunner.withPropertyValues("gmicro.diagnostics.token=0123456789abcdef")
			.run((context) -> assertThat(context.getBean(GmicroProperties.class).toString())
				.doesNotContain("0123456789abcdef"));
	}

	@Test
	void bucketsReplaceTheDefault() {
		this.contextRunner.withPropertyValues("gmicro.http.request-duration.buckets=100ms,300ms,1200ms,5s,10s")
			.run((context) -> assertThat(context.getBean(GmicroProperties.class).http().requestDuration().buckets())
				.hasSize(5));
	}

	@Test
	void defaultExclusionsAreTheOnesInTheMetadata() {
		this.contextRunner.run((context) -> assertThat(context.getBean(GmicroProperties.class).http().excludePaths())
			.containsExactly("/metrics", "/debug/**", "/actuator/**"));
	}

	@Test
	void labelNamesAreTakenAsTheyAreWritten() throws Exception {
		String yaml = "gmicro.metrics.labels:\n  zone_a: 1\n  '[zone_b]': 2\n  Zone: 3\n";
		MutablePropertySources sources = new MutablePropertySources();
		new YamlPropertySourceLoader().load("labels", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
			.forEach(sources::addLast);
		assertThat(new Binder(ConfigurationPropertySources.from(sources)).bind("gmicro", GmicroProperties.class)
			.get()
			.metrics()
			.labels()).containsOnlyKeys("zone_a", "zone_b", "Zone");
	}

	@Test
	void defaultBucketsAreTheOnesInTheMetadata() {
		this.contextRunner
			.run((context) -> assertThat(context.getBean(GmicroProperties.class).http().requestDuration().buckets())
				.isEqualTo(DEFAULT_BUCKETS));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
