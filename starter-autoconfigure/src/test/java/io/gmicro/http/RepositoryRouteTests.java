package io.gmicro.http;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.gmicro.route.RouteLabels;
import io.gmicro.testing.Container;
import io.gmicro.testing.Labels;
import io.gmicro.testing.TestServer;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.annotation.Id;
import org.springframework.data.map.repository.config.EnableMapRepositories;
import org.springframework.data.repository.CrudRepository;
import org.springframework.data.rest.core.annotation.RepositoryRestResource;
import org.springframework.data.rest.core.config.RepositoryRestConfiguration;
import org.springframework.data.rest.core.event.BeforeCreateEvent;
import org.springframework.data.rest.webmvc.config.RepositoryRestConfigurer;
import org.springframework.data.rest.webmvc.config.RepositoryRestMvcConfiguration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests carry the route that Spring's observation has, also where nothing is observed:
 * those of Spring Data REST, which serves every repository with the same few handlers.
 */
class RepositoryRouteTests {

	private static final String RESPONSES = "http_server_responses_total";

	private static final String USER = "Basic "
			+ Base64.getEncoder().encodeToString("user:password".getBytes(StandardCharsets.UTF_8));

	static Stream<Arguments> variants() {
		return Stream.of(Container.values())
			.flatMap((container) -> Stream.of(true, false).map((observed) -> Arguments.of(container, observed)));
	}

	@ParameterizedTest
	@MethodSource("variants")
	void repositoriesHaveRoutesOfTheirOwn(Container container, boolean observed) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.http.spring-observation.enabled=" + observed, "gmicro.slo.people.route=/api/persons/{id}",
				"gmicro.slo.people.objective=99", "gmicro.slo.people.latency=1s")) {
			assertThat(send(server, "POST", "/api/persons", "{\"id\":\"1\",\"name\":\"A\"}")).isEqualTo(201);
			assertThat(send(server, "GET", "/api/persons", "")).isEqualTo(200);
			assertThat(send(server, "GET", "/api/persons/1", "")).isEqualTo(200);
			assertThat(send(server, "GET", "/api/persons/2", "")).isEqualTo(404);
			assertThat(send(server, "GET", "/api/persons/search", "")).isEqualTo(404);
			assertThat(send(server, "GET", "/api/houses", "")).isEqualTo(200);
			assertThat(send(server, "GET", "/api/ghosts", "")).isEqualTo(404);
			assertThat(send(server, "GET", "/api/secrets", "")).isEqualTo(404);
			assertThat(send(server, "GET", "/api", "")).isEqualTo(200);
			assertThat(send(server, "GET", "/own/7", "")).isEqualTo(200);
			assertEventually(server,
					Map.ofEntries(entry("POST", "/api/persons", 201), entry("GET", "/api/persons", 200),
							entry("GET", "/api/persons/{id}", 200), entry("GET", "/api/persons/{id}", 404),
							entry("GET", "/api/persons/search", 404), entry("GET", "/api/houses", 200),
							entry("GET", RouteLabels.NOT_FOUND, 404, 2), entry("GET", "/api", 200),
							entry("GET", "/own/{id}", 200)));
			if (observed) {
				assertThat(observedRoutes(server)).containsAll(server.scrape()
					.of(RESPONSES)
					.keySet()
					.stream()
					.map((labels) -> labels.replaceAll(".*http_route=\"([^\"]*)\".*", "$1"))
					.filter((route) -> route.startsWith("/"))
					.toList());
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void answersOfSpringSecurityCarryThemToo(Container container) {
		try (TestServer server = TestServer.start(container, Secured.class, "gmicro.metrics.enabled=true")) {
			assertThat(send(server, "GET", "/api/persons/1", "")).isEqualTo(401);
			assertThat(send(server, "GET", "/api/houses", "")).isEqualTo(401);
			assertThat(send(server, "GET", "/api/ghosts/1", "")).isEqualTo(401);
			assertThat(send(server, "GET", "/api/secrets", "")).isEqualTo(401);
			assertThat(server
				.send("/api/persons/1",
						(request) -> request.header("Authorization", USER)
							.method("DELETE", HttpRequest.BodyPublishers.noBody()))
				.statusCode()).isEqualTo(403);
			assertEventually(server,
					Map.ofEntries(entry("GET", "/api/persons/{id}", 401), entry("GET", "/api/houses", 401),
							entry("GET", RouteLabels.UNKNOWN, 401, 2), entry("DELETE", "/api/persons/{id}", 403)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void aHandlerMayNameItsRouteOnTheObservation(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true")) {
			assertThat(send(server, "GET", "/tenant/acme/orders", "")).isEqualTo(200);
			assertEventually(server, Map.ofEntries(entry("GET", "/tenant/{name}/orders", 200)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatIsIncludedDoesNotRenameTheRoute(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true")) {
			assertThat(send(server, "GET", "/page", "")).isEqualTo(200);
			assertThat(send(server, "GET", "/forwarded", "")).isEqualTo(200);
			assertEventually(server, Map.ofEntries(entry("GET", "/page", 200), entry("GET", "/own/{id}", 200)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void runningRequestsCarryTheRouteOfTheirRepository(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true")) {
			ActiveExchanges active = server.context().getBean(ActiveExchanges.class);
			AtomicReference<String> running = new AtomicReference<>();
			server.context().addApplicationListener((event) -> {
				if (event instanceof BeforeCreateEvent) {
					Exchange exchange = active.operations().current(Exchange.class);
					running.set((exchange != null) ? exchange.knownRoute() : "");
				}
			});
			assertThat(send(server, "POST", "/api/persons", "{\"id\":\"1\",\"name\":\"A\"}")).isEqualTo(201);
			assertThat(running).hasValue("/api/persons");
		}
	}

	private static int send(TestServer server, String method, String path, String body) {
		return server
			.send(path,
					(request) -> request.header("Content-Type", "application/json")
						.method(method, HttpRequest.BodyPublishers.ofString(body)))
			.statusCode();
	}

	private static TreeSet<String> observedRoutes(TestServer server) {
		TreeSet<String> routes = new TreeSet<>();
		server.context()
			.getBean(MeterRegistry.class)
			.find("http.server.requests")
			.timers()
			.forEach((timer) -> routes.add(String.valueOf(timer.getId().getTag("uri"))));
		return routes;
	}

	private static Map.Entry<String, Double> entry(String method, String route, int status) {
		return entry(method, route, status, 1);
	}

	private static Map.Entry<String, Double> entry(String method, String route, int status, double count) {
		return Map.entry(Labels.response(method, route, status), count);
	}

	private static void assertEventually(TestServer server, Map<String, Double> responses) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(server.scrape().of(RESPONSES)).isEqualTo(new TreeMap<>(responses)));
	}

	public static class Person {

		@Id
		public String id = "";

		public String name = "";

	}

	public static class House {

		@Id
		public String id = "";

	}

	public static class Secret {

		@Id
		public String id = "";

	}

	public interface Persons extends CrudRepository<Person, String> {

	}

	public interface Houses extends CrudRepository<House, String> {

	}

	@RepositoryRestResource(exported = false)
	public interface Secrets extends CrudRepository<Secret, String> {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMapRepositories(considerNestedRepositories = true)
	@Import(RepositoryRestMvcConfiguration.class)
	@RestController
	static class Application {

		@Bean
		RepositoryRestConfigurer repositoryRestConfigurer() {
			return new RepositoryRestConfigurer() {

				@Override
				public void configureRepositoryRestConfiguration(RepositoryRestConfiguration config,
						CorsRegistry cors) {
					config.setBasePath("/api");
				}

			};
		}

		@GetMapping("/own/{id}")
		String own(@PathVariable("id") String id) {
			return id;
		}

		@GetMapping("/tenant/{name}/**")
		String tenant(HttpServletRequest request) {
			ServerHttpObservationFilter.findObservationContext(request)
				.ifPresent((context) -> context.setPathPattern("/tenant/{name}/orders"));
			return "tenant";
		}

		@GetMapping("/page")
		void page(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
			response.getOutputStream().print("page");
			request.getRequestDispatcher("/own/7").include(request, response);
		}

		@GetMapping("/forwarded")
		void forwarded(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
			request.getRequestDispatcher("/own/7").forward(request, response);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	@EnableWebSecurity
	static class Secured implements WebMvcConfigurer {

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
			DelegatingFilterProxyRegistrationBean registration = new DelegatingFilterProxyRegistrationBean(
					"springSecurityFilterChain");
			registration.setOrder(-100);
			return registration;
		}

	}

}
