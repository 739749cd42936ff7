package io.gmicro.http;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.gmicro.route.RouteLabels;
import io.gmicro.testing.Container;
import io.gmicro.testing.Labels;
import io.gmicro.testing.TestServer;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.MediaType;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Routes of handlers that are not found by a template of Spring's path patterns.
 */
class RouteKindsTests {

	private static final String RESPONSES = "http_server_responses_total";

	/** As of Spring Cloud Gateway Server MVC, {@code MvcUtils.GATEWAY_ROUTE_ID_ATTR}. */
	private static final String GATEWAY_ROUTE = "GatewayServerMvc.gatewayRouteId";

	@ParameterizedTest
	@EnumSource
	void functionsThatAreNotToldByTheirPathHaveARoute(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true")) {
			assertThat(send(server, "GET", "/rfs/one.txt")).isEqualTo(200);
			assertThat(send(server, "GET", "/rfs/two.txt")).isEqualTo(200);
			assertThat(send(server, "GET", "/rfs/none.txt")).isEqualTo(404);
			assertThat(send(server, "GET", "/any/1", "X-Route", "shop")).isEqualTo(200);
			assertThat(send(server, "GET", "/any/2", "X-Route", "shop")).isEqualTo(200);
			assertThat(send(server, "GET", "/any/3", "X-Route", "missing")).isEqualTo(404);
			assertThat(send(server, "GET", "/any/4", "X-Route", "plain")).isEqualTo(200);
			assertEventually(server,
					Map.ofEntries(entry("GET", "/**", 200, 2), entry("GET", RouteLabels.NOT_FOUND, 404, 1),
							entry("GET", "route-of-shop", 200, 2), entry("GET", "route-of-missing", 404, 1),
							entry("GET", RouteLabels.UNKNOWN, 200, 1)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void withAntsPatternsAnswersBeforeTheHandlerCarryTheRoute(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				"spring.mvc.pathmatch.matching-strategy=ant_path_matcher")) {
			assertThat(send(server, "POST", "/orders/7", "Content-Type", "application/json")).isEqualTo(200);
			assertThat(send(server, "DELETE", "/orders/7")).isEqualTo(405);
			assertThat(send(server, "POST", "/orders/7", "Content-Type", "text/plain")).isEqualTo(415);
			assertThat(send(server, "GET", "/orders/7", "X-Limited", "true")).isEqualTo(429);
			assertThat(send(server, "GET", "/none/7", "X-Limited", "true")).isEqualTo(429);
			assertEventually(server,
					Map.ofEntries(entry("POST", "/orders/{id}", 200, 1), entry("DELETE", "/orders/{id}", 405, 1),
							entry("POST", "/orders/{id}", 415, 1), entry("GET", "/orders/{id}", 429, 1),
							entry("GET", RouteLabels.UNKNOWN, 429, 1)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void handlersThatAreMappedToUrlsAreKnownToo(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true")) {
			assertThat(send(server, "GET", "/urls/7/x")).isEqualTo(200);
			assertThat(send(server, "GET", "/urls/7/x", "X-Limited", "true")).isEqualTo(429);
			assertThat(send(server, "GET", "/some/resource.txt", "X-Limited", "true")).isEqualTo(429);
			assertEventually(server, Map.ofEntries(entry("GET", "/urls/{id}/**", 200, 1),
					entry("GET", "/urls/{id}/**", 429, 1), entry("GET", RouteLabels.UNKNOWN, 429, 1)));
		}
	}

	private static int send(TestServer server, String method, String path, String... headers) {
		return server.send(path, (request) -> {
			if (headers.length > 0) {
				request.headers(headers);
			}
			request.method(method, HttpRequest.BodyPublishers.ofString("POST".equals(method) ? "{}" : ""));
		}).statusCode();
	}

	private static Map.Entry<String, Double> entry(String method, String route, int status, double count) {
		return Map.entry(Labels.response(method, route, status), count);
	}

	private static void assertEventually(TestServer server, Map<String, Double> responses) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(server.scrape().of(RESPONSES)).isEqualTo(new TreeMap<>(responses)));
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		@Bean
		RouterFunction<ServerResponse> files() {
			return RouterFunctions.resources((request) -> request.path().matches("/rfs/(one|two)\\.txt")
					? Optional.of(new ByteArrayResource("file".getBytes(StandardCharsets.UTF_8)) {

						@Override
						public String getFilename() {
							return "file.txt";
						}

					}) : Optional.empty());
		}

		/** As Spring Cloud Gateway routes by a header. */
		@Bean
		RouterFunction<ServerResponse> gateway() {
			return RouterFunctions.route()
				.route(RequestPredicates.headers(
						(headers) -> headers.header("X-Route").stream().anyMatch((route) -> !route.equals("plain"))),
						(request) -> ServerResponse
							.status("missing".equals(request.headers().firstHeader("X-Route")) ? 404 : 200)
							.build())
				.before((request) -> {
					request.servletRequest()
						.setAttribute(GATEWAY_ROUTE, "route-of-" + request.headers().firstHeader("X-Route"));
					return request;
				})
				.build();
		}

		@Bean
		RouterFunction<ServerResponse> plain() {
			return RouterFunctions.route(
					RequestPredicates.headers((headers) -> headers.header("X-Route").contains("plain")),
					(request) -> ServerResponse.ok().build());
		}

		@Bean
		SimpleUrlHandlerMapping urls() {
			HttpRequestHandler handler = (request, response) -> response.setStatus(200);
			return new SimpleUrlHandlerMapping(Map.of("/urls/{id}/**", handler), 0);
		}

		@Bean
		FilterRegistrationBean<Filter> limiter() {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(new OncePerRequestFilter() {

				@Override
				protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response,
						FilterChain chain) throws ServletException, IOException {
					if (request.getHeader("X-Limited") != null) {
						response.setStatus(429);
					}
					else {
						chain.doFilter(request, response);
					}
				}

			});
			registration.setOrder(-50);
			return registration;
		}

		@PostMapping(path = "/orders/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
		String order(@PathVariable("id") String id) {
			return id;
		}

	}

}
