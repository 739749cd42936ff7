package io.gmicro.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.gmicro.route.RouteLabels;
import io.gmicro.testing.Container;
import io.gmicro.testing.Labels;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.web.servlet.function.RequestPredicates.path;

/**
 * Requests that Spring Security or a filter answers carry the route they would have had.
 */
class SecuredRouteTests {

	private static final String RESPONSES = "http_server_responses_total";

	private static final String USER = "Basic "
			+ Base64.getEncoder().encodeToString("user:password".getBytes(StandardCharsets.UTF_8));

	private static final String OPERATOR = "Basic "
			+ Base64.getEncoder().encodeToString("operator:password".getBytes(StandardCharsets.UTF_8));

	@ParameterizedTest
	@EnumSource
	void answersBeforeSpringMvcCarryTheRoute(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true")) {
			assertThat(status(server, "GET", "/orders/7", null)).isEqualTo(401);
			assertThat(status(server, "GET", "/nothing/7", null)).isEqualTo(401);
			assertThat(status(server, "GET", "/fn/7/lines", null)).isEqualTo(401);
			assertThat(status(server, "GET", "/admin/7", USER)).isEqualTo(403);
			assertThat(status(server, "POST", "/orders/7", USER)).isEqualTo(403);
			assertThat(status(server, "DELETE", "/open/7", null)).isEqualTo(405);
			assertThat(status(server, "GET", "/open/limited", null)).isEqualTo(429);
			assertThat(status(server, "GET", "/orders/7", USER)).isEqualTo(200);
			assertThat(status(server, "GET", "/fn/7/lines", USER)).isEqualTo(200);
			assertThat(status(server, "GET", "/nothing/7", USER)).isEqualTo(404);
			assertThat(status(server, "GET", "/servlet/orders/7", USER)).isEqualTo(418);
			assertThat(raw(server, "GET /nothing;x=1 HTTP/1.1")).isEqualTo(400);
			assertThat(raw(server, "GET /orders/7;x=1 HTTP/1.1")).isEqualTo(400);
			eventually(server,
					(samples) -> assertThat(samples.of(RESPONSES))
						.containsExactlyInAnyOrderEntriesOf(Map.ofEntries(entry("GET", "/orders/{id}", 401),
								entry("GET", RouteLabels.UNKNOWN, 401), entry("GET", "/fn/{id}/lines", 401),
								entry("GET", "/admin/{id}", 403), entry("POST", "/orders/{id}", 403),
								entry("DELETE", "/open/{id}", 405), entry("GET", "/open/{id}", 429),
								entry("GET", "/orders/{id}", 200), entry("GET", "/fn/{id}/lines", 200),
								entry("GET", RouteLabels.NOT_FOUND, 404), entry("GET", RouteLabels.UNKNOWN, 418),
								entry("GET", RouteLabels.UNKNOWN, 400), entry("GET", "/orders/{id}", 400))));
		}
	}

	@ParameterizedTest
	@EnumSource
	void maxRoutesBoundsThemToo(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.http.max-routes=1")) {
			assertThat(status(server, "GET", "/orders/7", null)).isEqualTo(401);
			assertThat(status(server, "GET", "/admin/7", null)).isEqualTo(401);
			eventually(server, (samples) -> {
				assertThat(samples.of(RESPONSES)).containsOnly(entry("GET", "/orders/{id}", 401),
						entry("GET", Exchange.OTHER, 401));
				assertThat(samples.of("gmicro_overflow_total")).containsEntry("label=\"http_route\"", 1.0);
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void withoutARuleForItMetricsNeedALoginLikeEverythingElse(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.pprof.enabled=true")) {
			for (String path : List.of("/metrics", "/debug/requests", "/debug/pprof/")) {
				assertThat(status(server, "GET", path, null)).as(path).isEqualTo(401);
			}
			for (String path : List.of("//metrics", "/metrics;x=1", "/%2fmetrics", "/open/..;/metrics",
					"/open/../metrics", "/open/%2e%2e/metrics", "/METRICS")) {
				assertThat(raw(server, "GET " + path + " HTTP/1.1")).as(path).isIn(400, 401);
			}
			assertThat(status(server, "GET", "/metrics", USER)).isEqualTo(200);
		}
	}

	/** Of Spring Security, with and without its prefix. */
	@ParameterizedTest
	@EnumSource
	void diagnosticsOpenToUsersWithTheRole(Container container) {
		for (String role : List.of("OPERATOR", "ROLE_OPERATOR")) {
			try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
					"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.pprof.enabled=true",
					"gmicro.diagnostics.access=authenticated", "gmicro.diagnostics.role=" + role)) {
				for (String path : List.of("/debug/requests", "/debug/pprof/", "/debug/pprof/cmdline")) {
					assertThat(status(server, "GET", path, null)).as(path).isEqualTo(401);
					assertThat(status(server, "GET", path, USER)).as(path).isEqualTo(403);
					assertThat(status(server, "GET", path, OPERATOR)).as(path).isEqualTo(200);
					assertThat(server
						.send(path,
								(request) -> request.header("Authorization", OPERATOR)
									.header("Sec-Fetch-Site", "cross-site"))
						.statusCode()).as(path).isEqualTo(403);
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void aRuleOpensMetricsAndNothingElse(Container container) {
		try (TestServer server = TestServer.start(container, Permitting.class, "gmicro.metrics.enabled=true")) {
			assertThat(status(server, "GET", "/metrics", null)).isEqualTo(200);
			assertThat(status(server, "GET", "/text", null)).isEqualTo(401);
		}
	}

	private static int status(TestServer server, String method, String path,
			@org.jspecify.annotations.Nullable String authorization) {
		HttpResponse<String> response = server.send(path, (request) -> {
			request.method(method, HttpRequest.BodyPublishers.noBody());
			if (authorization != null) {
				request.header("Authorization", authorization);
			}
		});
		return response.statusCode();
	}

	private static int raw(TestServer server, String requestLine) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			socket.getOutputStream()
				.write((requestLine + "\r\nHost: localhost\r\nConnection: close\r\n\r\n")
					.getBytes(StandardCharsets.US_ASCII));
			String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
		}
	}

	private static Map.Entry<String, Double> entry(String method, String route, int status) {
		return Map.entry(Labels.response(method, route, status), 1.0);
	}

	private static void eventually(TestServer server, Consumer<Samples> assertions) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertions.accept(
					Samples.parse(server.send("/metrics", (request) -> request.header("Authorization", USER)).body())));
	}

	/** With the rule of the README. */
	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	static class Permitting {

		@Bean
		SecurityFilterChain security(HttpSecurity http) {
			return http
				.authorizeHttpRequests(
						(requests) -> requests.requestMatchers("/metrics").permitAll().anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return KindsApplication.users();
		}

		@Bean
		DelegatingFilterProxyRegistrationBean securityRegistration() {
			return KindsApplication.securityRegistration();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	@RestController
	static class Application {

		@Bean
		SecurityFilterChain security(HttpSecurity http) {
			return http
				.authorizeHttpRequests((requests) -> requests.requestMatchers("/open/**")
					.permitAll()
					.requestMatchers("/admin/**")
					.hasRole("ADMIN")
					.anyRequest()
					.authenticated())
				.csrf((csrf) -> csrf.ignoringRequestMatchers("/open/**"))
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("user").password("{noop}password").roles("USER").build(),
					User.withUsername("operator").password("{noop}password").roles("OPERATOR").build());
		}

		@Bean
		DelegatingFilterProxyRegistrationBean securityRegistration() {
			DelegatingFilterProxyRegistrationBean registration = new DelegatingFilterProxyRegistrationBean(
					"springSecurityFilterChain");
			registration.setOrder(-100);
			return registration;
		}

		@Bean
		FilterRegistrationBean<Filter> limiter() {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(new OncePerRequestFilter() {

				@Override
				protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response,
						FilterChain chain) throws ServletException, IOException {
					if (request.getRequestURI().equals("/open/limited")) {
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

		/** Answers below a path of its own where Spring MVC has no say. */
		@Bean
		ServletRegistrationBean<HttpServlet> servlet() {
			return new ServletRegistrationBean<>(new HttpServlet() {

				@Override
				protected void doGet(HttpServletRequest request, HttpServletResponse response) {
					response.setStatus(418);
				}

			}, "/servlet/*");
		}

		@Bean
		RouterFunction<ServerResponse> functions() {
			return RouterFunctions.route()
				.nest(path("/fn"),
						(nested) -> nested.GET("/{id}/lines", (request) -> ServerResponse.ok().body("lines")))
				.build();
		}

		@GetMapping("/orders/{id}")
		String order(@PathVariable("id") String id) {
			return id;
		}

		@PostMapping("/orders/{id}")
		String change(@PathVariable("id") String id) {
			return id;
		}

		@GetMapping("/admin/{id}")
		String admin(@PathVariable("id") String id) {
			return id;
		}

		@GetMapping("/open/{id}")
		String open(@PathVariable("id") String id) {
			return id;
		}

	}

}
