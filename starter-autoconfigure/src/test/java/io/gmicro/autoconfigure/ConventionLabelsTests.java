package io.gmicro.autoconfigure;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.gmicro.testing.Container;
import io.gmicro.testing.Labels;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * The labels of OpenTelemetry's conventions, the properties that change them, and series
 * that start at zero.
 */
class ConventionLabelsTests {

	private static final String RESPONSES = "http_server_responses_total";

	private static final String DURATIONS = "http_server_request_duration_seconds_count";

	private static final String INITIALIZED = "gmicro.http.initialize-metrics=true";

	@ParameterizedTest
	@EnumSource
	void mappedRoutesStartAtZero(Container container) {
		try (TestServer server = start(container, INITIALIZED, "gmicro.slo.orders.route=/orders/{id}",
				"gmicro.slo.orders.objective=99", "gmicro.slo.orders.latency=100ms")) {
			Samples before = server.scrape();
			assertThat(series(before, RESPONSES)).containsExactlyInAnyOrder("GET /orders/{id}", "POST /orders",
					"GET /any", "GET /fail", "GET /refuse", "GET /function/{id}", "DELETE /function/{id}",
					"PUT /function/nested/{id}");
			assertThat(before.of(RESPONSES)).hasSize(3 * 8)
				.containsKeys(Labels.response("GET", "/orders/{id}", 200), Labels.response("GET", "/orders/{id}", 500),
						Labels.response("GET", "/orders/{id}", 503));
			assertThat(before.sum(RESPONSES)).isZero();
			assertThat(before.of("http_server_slow_requests_total")).hasSize(3 * 8);
			assertThat(series(before, DURATIONS)).containsExactly("GET /orders/{id}");
			assertThat(before.of("gmicro_overflow_total").values()).allMatch((count) -> count == 0);
			server.get("/orders/1");
			server.get("/fail");
			await().untilAsserted(() -> {
				Samples after = server.scrape();
				assertThat(after.of(RESPONSES)).hasSize(3 * 8)
					.containsEntry(Labels.response("GET", "/orders/{id}", 200), 1.0)
					.containsEntry(Labels.response("GET", "/fail", 500), 1.0);
				assertThat(after.sum(RESPONSES)).isEqualTo(2);
				assertThat(after.sum(DURATIONS)).isEqualTo(2);
			});
		}
	}

	@Test
	void initializationCanBeSwitchedOff() {
		try (TestServer server = start(Container.TOMCAT, "gmicro.http.initialize-metrics=false")) {
			assertThat(server.scrape().of(RESPONSES)).isEmpty();
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void withMoreRoutesThanLabelsNothingIsInitialized(CapturedOutput output) {
		try (TestServer server = start(Container.TOMCAT, INITIALIZED, "gmicro.http.max-routes=5")) {
			assertThat(server.scrape().of(RESPONSES)).isEmpty();
			assertThat(output).contains(" mapped routes exceed gmicro.http.max-routes=5");
		}
	}

	@Test
	void objectivesAreInitializedAlways() {
		try (TestServer server = start(Container.TOMCAT, INITIALIZED, "gmicro.http.max-routes=5",
				"gmicro.slo.any.route=/any", "gmicro.slo.any.method=POST", "gmicro.slo.any.objective=99",
				"gmicro.slo.any.latency=100ms")) {
			assertThat(series(server.scrape(), RESPONSES)).containsExactly("POST /any");
			assertThat(series(server.scrape(), DURATIONS)).containsExactly("POST /any");
		}
	}

	@Test
	void withLazyInitializationNothingIsInitialized() {
		try (TestServer server = start(Container.TOMCAT, INITIALIZED, "spring.main.lazy-initialization=true")) {
			assertThat(server.scrape().of(RESPONSES)).isEmpty();
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void handlerMappingThatFailsDoesNotStopTheStart(CapturedOutput output) {
		try (TestServer server = TestServer.start(Container.TOMCAT, FailingFunctions.class,
				"gmicro.metrics.enabled=true", INITIALIZED)) {
			assertThat(server.get("/metrics").statusCode()).isEqualTo(200);
			assertThat(output).contains("Metrics of mapped routes do not start with the value 0");
		}
	}

	@Test
	void filterMayBeReplacedByAnything() {
		try (TestServer server = TestServer.start(Container.TOMCAT, OtherFilter.class, "gmicro.metrics.enabled=true",
				INITIALIZED)) {
			assertThat(server.get("/metrics").statusCode()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@CsvSource({ "true, /shop/orders/{id}", "false, /orders/{id}" })
	void contextPathIsPartOfTheRoute(boolean included, String route) {
		try (TestServer server = start(Container.TOMCAT, INITIALIZED, "server.servlet.context-path=/shop",
				"gmicro.http.include-context-path=" + included)) {
			server.get("/shop/orders/1");
			server.get("/shop/none");
			await().untilAsserted(() -> assertThat(Samples.parse(server.get("/shop/metrics").body()).of(RESPONSES))
				.containsEntry(Labels.response("GET", route, 200), 1.0)
				.containsEntry(Labels.response("GET", route, 503), 0.0)
				.containsEntry(Labels.response("GET", "NOT_FOUND", 404), 1.0));
		}
	}

	@ParameterizedTest
	@EnumSource
	void exceptionIsTheErrorType(Container container) {
		try (TestServer server = start(container, "gmicro.http.error-type=exception")) {
			for (String path : new String[] { "/fail", "/refuse", "/any", "/none", "/orders/bad" }) {
				server.get(path);
			}
			await().untilAsserted(
					() -> assertThat(server.scrape().of(RESPONSES)).containsOnly(
							Map.entry(Labels.response("GET", "/fail", 500, IllegalStateException.class.getName()), 1.0),
							Map.entry(Labels.response("GET", "/refuse", 503, ResponseStatusException.class.getName()),
									1.0),
							Map.entry(Labels.response("GET", "/any", 500, "500"), 1.0),
							Map.entry(Labels.response("GET", "NOT_FOUND", 404, ""), 1.0),
							Map.entry(Labels.response("GET", "/orders/{id}", 400, ""), 1.0)));
		}
	}

	@Test
	void statusCodeIsTheErrorTypeByDefault() {
		try (TestServer server = start(Container.TOMCAT)) {
			server.get("/fail");
			await().untilAsserted(() -> assertThat(server.scrape().of(RESPONSES))
				.containsOnly(Map.entry(Labels.response("GET", "/fail", 500, "500"), 1.0)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void protocolVersionIsOptIn(Container container) {
		try (TestServer server = start(container, "gmicro.http.include-protocol-version=true",
				"server.http2.enabled=true")) {
			server.send("/orders/1", (request) -> request.version(HttpClient.Version.HTTP_1_1));
			server.send("/orders/2", (request) -> request.version(HttpClient.Version.HTTP_2));
			await().untilAsserted(() -> assertThat(server.scrape().of(RESPONSES).keySet()).hasSize(2)
				.anyMatch((labels) -> labels.contains("network_protocol_version=\"1.1\""))
				.anyMatch((labels) -> labels.contains("network_protocol_version=\"2\"")));
		}
	}

	@ParameterizedTest
	@CsvSource({ "gmicro.http.known-methods, GET", "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS, GET",
			"gmicro.http.known-methods, 'GET,PROPFIND'", "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS, 'GET, PROPFIND'" })
	void knownMethodsReplaceTheDefault(String name, String methods) {
		try (TestServer server = start(Container.TOMCAT, name + "=" + methods)) {
			for (String method : new String[] { "GET", "POST", "PROPFIND" }) {
				server.send("/any", (request) -> request.method(method, HttpRequest.BodyPublishers.noBody()));
			}
			String propfind = methods.contains("PROPFIND") ? "PROPFIND" : "_OTHER";
			await().untilAsserted(() -> assertThat(server.scrape().sum(RESPONSES)).isEqualTo(3));
			assertThat(series(server.scrape(), RESPONSES)).contains("GET /any", "_OTHER /any")
				.allMatch((series) -> series.matches("(GET|_OTHER|" + propfind + ") /any"));
		}
	}

	@Test
	void methodsThatAreNoTokensAreRejected() {
		assertThatThrownBy(() -> start(Container.TOMCAT, "gmicro.http.known-methods=GET,a b").close()).rootCause()
			.hasMessageContaining("gmicro.http.known-methods=a b is not allowed");
	}

	@Test
	void methodOfAnObjectiveHasToBeKnown() {
		assertThatThrownBy(() -> start(Container.TOMCAT, "gmicro.http.known-methods=GET", "gmicro.slo.x.route=/orders",
				"gmicro.slo.x.method=POST", "gmicro.slo.x.objective=99", "gmicro.slo.x.latency=1s")
			.close()).rootCause()
			.hasMessage("gmicro.slo.x.method=POST is not allowed: one of gmicro.http.known-methods");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "GET,a b", "GET;POST" })
	void variableOfOthersIsIgnoredIfItIsInvalid(String methods) {
		try (TestServer server = start(Container.TOMCAT, "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS=" + methods)) {
			server.send("/orders", (request) -> request.POST(HttpRequest.BodyPublishers.noBody()));
			await().untilAsserted(() -> assertThat(series(server.scrape(), RESPONSES)).containsExactly("POST /orders"));
		}
	}

	@Test
	void schemeOfAHostileHeaderIsOther() {
		try (TestServer server = start(Container.TOMCAT, "server.forward-headers-strategy=framework")) {
			server.send("/orders/1", (request) -> request.header("X-Forwarded-Proto", "javascript"));
			server.send("/orders/1", (request) -> request.header("X-Forwarded-Proto", "https"));
			await().untilAsserted(() -> assertThat(server.scrape().of(RESPONSES).keySet()).hasSize(2)
				.anyMatch((labels) -> labels.contains("url_scheme=\"_OTHER\""))
				.anyMatch((labels) -> labels.contains("url_scheme=\"https\"")));
		}
	}

	@Test
	void schemesFollowFromTheConfiguration() {
		assertThat(schemes()).containsExactly("http");
		assertThat(schemes("server.ssl.bundle", "web")).containsExactly("https");
		assertThat(schemes("server.ssl.bundle", "web", "server.ssl.enabled", "false")).containsExactly("http");
		assertThat(schemes("server.ssl.enabled", "true")).containsExactly("http");
		assertThat(schemes("server.forward-headers-strategy", "framework")).containsExactlyInAnyOrder("http", "https");
		assertThat(schemes("server.forward-headers-strategy", "none")).containsExactly("http");
		assertThat(schemes("server.tomcat.remoteip.protocol-header", "x-forwarded-proto"))
			.containsExactlyInAnyOrder("http", "https");
		assertThat(schemes("spring.main.cloud-platform", "kubernetes")).containsExactlyInAnyOrder("http", "https");
	}

	private static Stream<String> schemes(String... properties) {
		MockEnvironment environment = new MockEnvironment();
		for (int i = 0; i < properties.length; i += 2) {
			environment.setProperty(properties[i], properties[i + 1]);
		}
		return ExpectedResponses.schemes(environment).stream();
	}

	private static TestServer start(Container container, String... properties) {
		return TestServer.start(container, Application.class,
				Stream.concat(Stream.of("gmicro.metrics.enabled=true"), Stream.of(properties)).toArray(String[]::new));
	}

	/** Method and route of each series. */
	private static TreeSet<String> series(Samples samples, String name) {
		return samples.of(name)
			.keySet()
			.stream()
			.map((labels) -> labels.replaceAll(".*http_request_method=\"(.*?)\".*http_route=\"(.*?)\".*", "$1 $2"))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		Orders orders() {
			return new Orders();
		}

		@Bean
		RouterFunction<ServerResponse> functions() {
			return RouterFunctions.route()
				.GET("/function/{id}", (request) -> ServerResponse.ok().build())
				.DELETE("/function/{id}", (request) -> ServerResponse.ok().build())
				.nest(RequestPredicates.method(HttpMethod.PUT).and(RequestPredicates.path("/function/nested")),
						(nested) -> nested.route(RequestPredicates.path("/{id}"),
								(request) -> ServerResponse.ok().build()))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingFunctions {

		@Bean
		RouterFunction<ServerResponse> failing() {
			return new RouterFunction<>() {

				@Override
				public Optional<HandlerFunction<ServerResponse>> route(ServerRequest request) {
					return Optional.empty();
				}

				@Override
				public void accept(RouterFunctions.Visitor visitor) {
					if (visitor.getClass().getName().startsWith("io.gmicro.")) {
						throw new IllegalStateException("planned");
					}
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherFilter {

		@Bean
		FilterRegistrationBean<Filter> gmicroExchangeFilter() {
			return new FilterRegistrationBean<>((request, response, chain) -> chain.doFilter(request, response));
		}

	}

	@RestController
	static class Orders {

		@GetMapping("/orders/{id}")
		String order(@PathVariable int id) {
			return "order " + id;
		}

		@PostMapping("/orders")
		String add() {
			return "added";
		}

		@RequestMapping("/any")
		@ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
		String any() {
			return "any";
		}

		@GetMapping("/fail")
		String fail() {
			throw new IllegalStateException("planned");
		}

		@GetMapping("/refuse")
		String refuse() {
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE);
		}

	}

}
