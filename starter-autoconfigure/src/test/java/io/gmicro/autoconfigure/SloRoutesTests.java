package io.gmicro.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.servlet.ConfigurableServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Objectives of routes that an application has, and of others.
 */
@ExtendWith(OutputCaptureExtension.class)
class SloRoutesTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final String ROUTE = "gmicro.slo.x.route=";

	private static final String[] OBJECTIVE = { ENABLED, "gmicro.slo.x.objective=99", "gmicro.slo.x.latency=333ms" };

	@ParameterizedTest
	@ValueSource(strings = { "/orders/{id}", "/", "/odd/{x:[a-z]\\d}/\"{y}", "/functions/{id}", "/functions",
			"/urls/{id}", "/**", "/error" })
	void routeThatIsMappedStarts(String route) {
		try (TestServer server = start(Application.class, ROUTE + route)) {
			assertThat(server.get("/orders/1").statusCode()).isEqualTo(200);
			assertThat(server.get("/metrics").body())
				.contains("http_route=\"/orders/{id}\",url_scheme=\"http\",le=\"0.333\"} ");
		}
	}

	@ParameterizedTest
	@CsvSource({ "/orders/{number}, 'The closest known routes are /orders/{id}, '", "/order, /orders/{id}",
			"/orders/1, /orders/{id}", "/debug/x, gmicro.http.exclude-paths excludes its path",
			"/metrics, gmicro.http.exclude-paths excludes its path",
			"/debug, gmicro.http.exclude-paths excludes its path" })
	void otherRouteStopsTheStart(String route, String reason, CapturedOutput output) {
		assertThatException().isThrownBy(() -> start(Application.class, ROUTE + route).close());
		assertThat(StartFailure.message(output)).contains("gmicro.slo.x.route")
			.contains("'" + route + "'")
			.contains(reason);
		assertThat(output).doesNotContain("started on port");
	}

	@Test
	void nameThatSpringBootWouldChangeStopsTheStart(CapturedOutput output) {
		assertThatException().isThrownBy(() -> start(Application.class, "gmicro.slo.x$y.route=/orders/{id}",
				"gmicro.slo.x$y.objective=99", "gmicro.slo.x$y.latency=1s", ROUTE + "/orders/{id}")
			.close());
		assertThat(output).contains("APPLICATION FAILED TO START").contains("gmicro.slo.x$y.");
	}

	@Test
	void excludedPathsBeginAboveTheServletAndRoutesBelow() {
		try (TestServer server = start(Application.class, ROUTE + "/debug/x", "spring.mvc.servlet.path=/api",
				"gmicro.slo.y.route=/orders/{id}", "gmicro.slo.y.objective=99", "gmicro.slo.y.latency=333ms")) {
			assertThat(server.get("/api/debug/x").statusCode()).isEqualTo(200);
			assertThat(server.get("/metrics").body())
				.contains("http_route=\"/debug/x\",url_scheme=\"http\",le=\"0.333\"} ");
		}
	}

	@Test
	void otherContextPathThanThatOfTheRulesIsAWarning(CapturedOutput output) {
		start(Application.class, ROUTE + "/orders/{id}", "server.servlet.context-path=/shop").close();
		assertThat(output).doesNotContain("Route labels begin with");
		start(DeployedElsewhere.class, ROUTE + "/orders/{id}", "server.servlet.context-path=/shop").close();
		assertThat(output).contains("Route labels begin with the context path '/elsewhere', but rules of objectives "
				+ "are written with '/shop'");
	}

	@Test
	void whereAHandlerMappingKeepsItsPathsItIsAWarning(CapturedOutput output) {
		try (TestServer server = start(Reticent.class, ROUTE + "/elsewhere")) {
			assertThat(server.get("/orders/1").statusCode()).isEqualTo(200);
		}
		assertThat(output).contains("gmicro.slo.x.route=/elsewhere, but no known handler is mapped to it")
			.contains("The closest known routes are ");
	}

	@Test
	void whereAFunctionKeepsItsPathsItIsAWarning(CapturedOutput output) {
		start(ReticentFunction.class, ROUTE + "/elsewhere").close();
		assertThat(output).contains("gmicro.slo.x.route=/elsewhere, but no known handler is mapped to it");
	}

	@Test
	void withoutSpringMvcThereAreNoRoutes() {
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(GmicroAutoConfiguration.class, HttpMetricsAutoConfiguration.class))
			.withPropertyValues(OBJECTIVE)
			.withPropertyValues(ROUTE + "/orders")
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining("gmicro.slo.x.route")
				.hasMessageContaining("The application has no known routes"));
	}

	@Test
	void whileOffNothingIsLookedAt() {
		new WebApplicationContextRunner().withConfiguration(AutoConfigurations.of(GmicroAutoConfiguration.class))
			.withPropertyValues(OBJECTIVE)
			.withPropertyValues(ENABLED.replace("true", "false"), ROUTE + "/orders")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SloRoutes.class));
	}

	@Test
	void withoutMicrometerNothingIsLookedAt() {
		new WebApplicationContextRunner().withConfiguration(AutoConfigurations.of(GmicroAutoConfiguration.class))
			.withPropertyValues(OBJECTIVE)
			.withPropertyValues(ROUTE + "/orders")
			.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SloRoutes.class));
	}

	private static TestServer start(Class<?> application, String... properties) {
		return TestServer.start(Container.TOMCAT, application,
				Stream.of(OBJECTIVE, properties).flatMap(Stream::of).toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Controller.class)
	static class Application {

		@Bean
		RouterFunction<ServerResponse> functions() {
			return RouterFunctions.route()
				.path("/functions",
						(nest) -> nest.GET("/{id}", (request) -> ServerResponse.ok().build())
							.GET((request) -> ServerResponse.ok().build()))
				.build();
		}

		@Bean
		SimpleUrlHandlerMapping urls() {
			return new SimpleUrlHandlerMapping(Map.of("/urls/{id}",
					(org.springframework.web.HttpRequestHandler) (request, response) -> response.setStatus(200)), 0);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class DeployedElsewhere {

		@Bean
		WebServerFactoryCustomizer<ConfigurableServletWebServerFactory> elsewhere() {
			return (factory) -> factory.setContextPath("/elsewhere");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Controller.class)
	static class Reticent {

		@Bean
		HandlerMapping own() {
			return new HandlerMapping() {

				@Override
				public @Nullable HandlerExecutionChain getHandler(HttpServletRequest request) {
					return null;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Controller.class)
	static class ReticentFunction {

		@Bean
		RouterFunction<ServerResponse> own() {
			return (request) -> java.util.Optional.empty();
		}

	}

	@RestController
	static class Controller {

		@GetMapping({ "", "/orders/{id}", "/odd/{x:[a-z]\\d}/\"{y}", "/debug/x" })
		List<String> anything() {
			return List.of();
		}

	}

}
