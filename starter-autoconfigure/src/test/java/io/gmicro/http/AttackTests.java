package io.gmicro.http;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import io.gmicro.testing.Container;
import io.gmicro.testing.Labels;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that try to make labels grow, and an application that does so itself.
 */
class AttackTests {

	private static final String RESPONSES = "http_server_responses_total";

	private static final long MAX_GROWTH = 600 << 10;

	@Test
	void thirtyThousandUrlsAndThreeThousandMethodsLeaveNothing() throws Exception {
		// Looking for static files, Tomcat and the class loader remember paths they did
		// not find
		attack(Application.class, "spring.web.resources.add-mappings=false",
				"logging.level.org.springframework.web.servlet.PageNotFound=error");
	}

	@Test
	void theSameLeavesNothingBehindSpringSecurity() throws Exception {
		attack(Secured.class);
	}

	/**
	 * Each client sends ten methods, some thirty known paths and seventy unknown ones.
	 */
	private static void attack(Class<?> application, String... properties) throws Exception {
		int clients = 300;
		Random random = new Random(1);
		List<String> all = new ArrayList<>(
				List.of("gmicro.metrics.enabled=true", "server.tomcat.max-keep-alive-requests=-1"));
		all.addAll(List.of(properties));
		try (TestServer server = TestServer.start(Container.TOMCAT, application, all.toArray(String[]::new))) {
			IntFunction<String> any = (i) -> switch (i % 11) {
				case 0 -> "M" + Long.toHexString(random.nextLong()) + " /text";
				case 1, 2, 3 -> "GET /item/" + Long.toHexString(random.nextLong());
				default -> "GET /" + Long.toHexString(random.nextLong()) + "/" + i + "?token=secret" + i;
			};
			for (int i = 0; i < 50; i++) {
				pipeline(server, 110, any);
			}
			eventually(server, (samples) -> assertThat(samples.sum(RESPONSES)).isEqualTo(50 * 110));
			int series = scrape(server).of(RESPONSES).size();
			long before = usedHeap();
			for (int i = 0; i < clients; i++) {
				pipeline(server, 110, any);
			}
			eventually(server, (samples) -> {
				assertThat(samples.sum(RESPONSES)).isEqualTo((50 + clients) * 110);
				assertThat(samples.sum("http_server_request_duration_seconds_count")).isEqualTo((50 + clients) * 110);
				assertThat(samples.of(RESPONSES)).hasSize(series).hasSize(3);
				assertThat(samples.of("gmicro_overflow_total")).containsEntry("label=\"http_request_method\"",
						(50 + clients) * 10.0);
				assertThat(samples.sum("http_server_active_requests")).isZero();
			});
			assertThat(usedHeap() - before).isLessThan(MAX_GROWTH);
			assertThat(metrics(server)).contains(RESPONSES).doesNotContain("secret");
			assertThat(server.get("/metrics").statusCode()).isEqualTo((application == Secured.class) ? 401 : 200);
		}
	}

	@ParameterizedTest
	@EnumSource
	@ExtendWith(OutputCaptureExtension.class)
	void whenTheApplicationHasTenThousandRoutesSumsStayExact(Container container, CapturedOutput output)
			throws Exception {
		int routes = 10_000;
		int limit = 1_000;
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				"server.tomcat.max-keep-alive-requests=-1")) {
			Application application = server.context().getBean(Application.class);
			RequestMappingHandlerMapping mapping = server.context()
				.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
			for (int i = 0; i < routes; i++) {
				mapping.registerMapping(
						RequestMappingInfo.paths("/generated/" + i).options(mapping.getBuilderConfiguration()).build(),
						application, Application.class.getDeclaredMethod("text"));
			}
			pipeline(server, routes, (i) -> "GET /generated/" + i);
			eventually(server, (samples) -> {
				assertThat(samples.sum(RESPONSES)).isEqualTo(routes);
				assertThat(samples.of(RESPONSES)).hasSize(limit + 1)
					.containsEntry(Labels.response("GET", "_OTHER", 200), (double) (routes - limit));
				assertThat(samples.of("gmicro_overflow_total")).containsEntry("label=\"http_route\"",
						(double) (routes - limit));
			});
			assertThat(output.getAll().split("gmicro.http.max-routes=", -1)).hasSize(2);
		}
	}

	@ParameterizedTest
	@EnumSource
	void nothingOfARequestButItsTemplateIsKept(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.http.slow-requests.threshold=1ms", "gmicro.http.slow-requests.endpoint.enabled=true",
				"gmicro.diagnostics.access=unrestricted")) {
			send(server, "GET /busy/secret?token=secret HTTP/1.1\r\nHost: localhost\r\nX-Secret: secret");
			send(server, "GET http://user:secret@localhost/item/secret?secret=1 HTTP/1.1\r\nHost: localhost");
			send(server, "GET /item/secret?token=secret HTTP/1.1\r\nHost: localhost\r\nX-Secret: secret");
			send(server, "GET /text HTTP/1.1\r\nHost: secret{\"}\\");
			send(server, "GET /text HTTP/1.1\r\nHost: localhost\r\nX-Large: " + "secret".repeat(20_000));
			send(server, "GET /text HTTP/1.1\r\nHost: localhost\r\nHost: secret");
			send(server, "secret".repeat(2_000) + " /text HTTP/1.1\r\nHost: localhost");
			send(server, "GET /item/%00%zz HTTP/1.1\r\nHost: localhost");
			eventually(server, (samples) -> {
				assertThat(samples.sum("http_server_active_requests")).isZero();
				assertThat(samples.sum(RESPONSES)).isBetween(2.0, 8.0);
			});
			assertThat(server.get("/metrics").body()).contains("/busy/{id}").doesNotContain("secret");
			assertThat(server.get("/debug/requests?format=json").body()).contains("/busy/{id}")
				.doesNotContain("secret");
		}
	}

	@ParameterizedTest
	@EnumSource
	void otherSpellingsOfThePathAreOtherRequests(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true")) {
			for (String path : List.of("/metrics/", "/METRICS", "/metrics/..;/text", "/%2fmetrics", "/metrics%2f",
					"/metrics/x")) {
				assertThat(send(server, "GET " + path + " HTTP/1.1\r\nHost: localhost")).as(path)
					.doesNotContain("jvm_memory_used_bytes");
			}
			// To a container a parameter of the path is not part of it
			assertThat(send(server, "GET /metrics;x=1 HTTP/1.1\r\nHost: localhost")).startsWith("HTTP/1.1 200");
		}
	}

	private static String send(TestServer server, String head) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			socket.setSoTimeout(20_000);
			socket.getOutputStream()
				.write((head + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (java.net.SocketException ex) {
			// The server has no patience with what it will not read
			return "";
		}
	}

	/** What is left once everything that can be collected has been. */
	private static long usedHeap() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			ManagementFactory.getMemoryMXBean().gc();
			least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
		}
		return least;
	}

	private static void eventually(TestServer server, Consumer<Samples> assertions) {
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertions.accept(scrape(server)));
	}

	private static Samples scrape(TestServer server) {
		return Samples.parse(metrics(server));
	}

	private static String metrics(TestServer server) {
		return server.send("/metrics", (request) -> request.header("Authorization", KindsApplication.USER)).body();
	}

	/** Sends requests in groups that fit into the sockets' buffers, and reads on. */
	private static void pipeline(TestServer server, int requests, IntFunction<String> requestLine) throws Exception {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			Thread writer = new Thread(() -> write(socket, requests, requestLine));
			writer.start();
			socket.getInputStream().transferTo(OutputStream.nullOutputStream());
			writer.join();
		}
	}

	private static void write(Socket socket, int requests, IntFunction<String> requestLine) {
		try {
			OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
			for (int i = 0; i < requests; i++) {
				String end = (i == requests - 1) ? "Connection: close\r\n\r\n" : "\r\n";
				out.write((requestLine.apply(i) + " HTTP/1.1\r\nHost: localhost\r\n" + end)
					.getBytes(StandardCharsets.US_ASCII));
			}
			out.flush();
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		@GetMapping("/text")
		String text() {
			return "text";
		}

		@GetMapping("/item/{id}")
		String item(@PathVariable("id") String id) {
			return "item";
		}

		/** Slower than the threshold of what is slow. */
		@GetMapping("/busy/{id}")
		String busy(@PathVariable("id") String id) {
			long start = System.nanoTime();
			while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(5)) {
				Thread.onSpinWait();
			}
			return "busy";
		}

	}

	/** Has no rule for anything, and keeps no sessions. */
	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	@Import(Application.class)
	static class Secured {

		@Bean
		SecurityFilterChain security(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.sessionManagement((sessions) -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
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

}
