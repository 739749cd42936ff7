package io.gmicro.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Objectives that cannot hold are refused when they are read.
 */
class SloPropertiesTests {

	private static final String VALID = "route: /, objective: 99, latency: 1s";

	static List<Arguments> refused() {
		String route = "the template of a route, as in '/orders/{id}'";
		String objective = "from 90 to 99.999 percent";
		String latency = "whole milliseconds, from 1 millisecond to 24 hours";
		String name = "a name starts with a letter";
		return List.of(slo("objective: 99, latency: 1s", "gmicro.slo.x.route is missing", route),
				slo("route: ' ', objective: 99, latency: 1s", "gmicro.slo.x.route is missing", route),
				slo("route: orders, objective: 99, latency: 1s", "gmicro.slo.x.route=orders is", route),
				slo("route: \"/a\\nb\", objective: 99, latency: 1s", "gmicro.slo.x.route=/a\nb is", route),
				slo("route: \"/a\\ud800\", objective: 99, latency: 1s", "gmicro.slo.x.route=/a", route),
				slo("route: /" + "a".repeat(500) + ", objective: 99, latency: 1s", "gmicro.slo.x.route=/aaa", route),
				slo("route: /, latency: 1s", "gmicro.slo.x.objective is missing", objective),
				slo("route: /, objective: 0.999, latency: 1s", "gmicro.slo.x.objective=0.999 is", objective),
				slo("route: /, objective: 89.99, latency: 1s", "gmicro.slo.x.objective=89.99 is", objective),
				slo("route: /, objective: 99.9991, latency: 1s", "gmicro.slo.x.objective=99.9991 is", objective),
				slo("route: /, objective: 100, latency: 1s", "gmicro.slo.x.objective=100 is", objective),
				slo("route: /, objective: -1, latency: 1s", "gmicro.slo.x.objective=-1 is", objective),
				slo("route: /, objective: 99", "gmicro.slo.x.latency is missing", latency),
				slo("route: /, objective: '', latency: 1s", "gmicro.slo.x.objective is missing", objective),
				slo("route: /, objective: 99, latency: ''", "gmicro.slo.x.latency is missing", latency),
				slo("method: GET", "gmicro.slo.x.route is missing", route),
				slo("route: /, objective: 99, latency: 0ms", "gmicro.slo.x.latency=0ms is", latency),
				slo("route: /, objective: 99, latency: -5ms", "gmicro.slo.x.latency=-5ms is", latency),
				slo("route: /, objective: 99, latency: 1500us", "gmicro.slo.x.latency=1.5ms is", latency),
				slo("route: /, objective: 99, latency: 86400001ms", "gmicro.slo.x.latency=86400001ms is", latency),
				slo("route: /, objective: 99, latency: 200000d", "gmicro.slo.x.latency=17280000000000ms is", latency),
				slo("route: /, objective: '1e999999999', latency: 1s", "gmicro.slo.x.objective=1E+999999999 is",
						objective),
				slo(VALID + ", method: get", "gmicro.slo.x.method=get is", "an HTTP method in capitals"),
				slo(VALID + ", method: FETCH", "gmicro.slo.x.method=FETCH is", "an HTTP method in capitals"),
				slo(VALID + ", tolerated-errors: -1", "gmicro.slo.x.tolerated-errors=-1 is", "from 0 to 1000000"),
				slo(VALID + ", tolerated-errors: 1000001", "gmicro.slo.x.tolerated-errors=1000001 is",
						"from 0 to 1000000"),
				yaml("rules-runbook-url: wiki", "gmicro.rules-runbook-url=wiki is", "'http://' or 'https://'"),
				yaml("rules-runbook-url: 'https://a b'", "gmicro.rules-runbook-url=https://a b is", "'https://'"),
				yaml("slo: {1x: {" + VALID + "}}", "gmicro.slo.1x=/ is", name),
				yaml("slo: {'[a b]': {" + VALID + "}}", "gmicro.slo.a b=/ is", name),
				yaml("slo: {'[a\"}]': {" + VALID + "}}", "gmicro.slo.a\"}=/ is", name),
				yaml("slo: {" + "x".repeat(64) + ": {" + VALID + "}}", "is not allowed", "at most 63"),
				yaml("slo: {a-b: {" + VALID + "}, aB: {route: /b, objective: 99, latency: 1s}}", "gmicro.slo.",
						"only in case, '-' and '_'"),
				yaml("slo: {one: {" + VALID + "}, two: {route: /, objective: 95, latency: 1000ms}}", "=1000ms is",
						"has the same route, method and latency"),
				yaml("{slo: {x: {" + VALID + "}}, http: {request-duration: {enabled: false}}}",
						"gmicro.http.request-duration.enabled=false is", "gmicro.slo is computed from"),
				yaml("{slo: {x: {" + VALID + "}}, metrics: {naming: gmicro}}", "gmicro.metrics.naming=gmicro is",
						"'standard' or 'both'"),
				yaml("slo: {" + many(87) + "}", "gmicro.slo=87 objectives is",
						"at most 100 bounds together with " + "gmicro.http.request-duration.buckets, and not 101"));
	}

	private static Arguments slo(String keys, String... words) {
		return yaml("slo: {x: {" + keys + "}}", words);
	}

	private static Arguments yaml(String yaml, String... words) {
		return Arguments.of(yaml, words);
	}

	/** None of these latencies is a bound already. */
	private static String many(int count) {
		return IntStream.rangeClosed(1, count)
			.mapToObj((i) -> "x" + i + ": {route: /, objective: 99, latency: " + (20_000 + i) + "ms}")
			.collect(Collectors.joining(", "));
	}

	@ParameterizedTest
	@MethodSource
	void refused(String yaml, String[] words) {
		assertThatException().isThrownBy(() -> bind(yaml))
			.havingRootCause()
			.isInstanceOf(IllegalArgumentException.class)
			.satisfies((failure) -> assertThat(failure.getMessage()).containsAnyOf("is not allowed: ", "is missing: ")
				.contains(words));
	}

	@Test
	void limitsAreAllowed() throws Exception {
		bind("slo: {a: {route: /, objective: 90, latency: 1ms}, b-2: {route: '/{*x}', objective: 99.999, latency: 24h},"
				+ " c_3: {route: /, method: GET, objective: 99.9, latency: 1ms}}");
		assertThat(bind("slo: {" + many(86) + "}").durationBounds()).hasSize(100);
		bind("{slo: {x: {" + VALID + "}}, metrics: {naming: both}}");
	}

	@Test
	void latenciesAreBoundsOfTheStandardHistogramAlone() throws Exception {
		GmicroProperties properties = bind("slo: {x: {route: /, objective: 99, latency: 300ms}}");
		assertThat(properties.durationBounds()).hasSize(15).contains(Duration.ofMillis(300)).isSorted();
		assertThat(properties.http().requestDuration().buckets()).isEqualTo(GmicroPropertiesTests.DEFAULT_BUCKETS);
	}

	private static GmicroProperties bind(String yaml) throws Exception {
		String text = "gmicro:\n  " + yaml + "\n";
		MutablePropertySources sources = new MutablePropertySources();
		new YamlPropertySourceLoader().load("test", new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
			.forEach(sources::addLast);
		return new Binder(ConfigurationPropertySources.from(sources)).bind("gmicro", GmicroProperties.class).get();
	}

}
