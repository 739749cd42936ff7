package io.gmicro.compatibility;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Applications of many shapes: each starts, says where its metrics are, has them there,
 * and records its requests.
 */
@Tag("container")
@ExtendWith(OutputCaptureExtension.class)
class ShapesTests {

	private static final Pattern METRICS = Pattern.compile("Metrics are at port (\\d+), path (/\\S*?)(?=\\. |\\s)");

	private static final Pattern PROFILES = Pattern.compile("access=unrestricted\\): (\\S+)");

	private static final String CONTEXT_PATH = "server.servlet.context-path=";

	private static final String[] LABELS = { "http_request_method", "http_route", "http_response_status_code" };

	record Shape(String name, List<Class<?>> sources, String request, String route, String... properties) {

		Shape(String name, String request, String... properties) {
			this(name, List.of(CompatibilityApplication.class), request, contextPath(properties) + "/hello/{id}",
					properties);
		}

		private static String contextPath(String... properties) {
			return Stream.of(properties)
				.filter((property) -> property.startsWith(CONTEXT_PATH))
				.map((property) -> property.substring(CONTEXT_PATH.length()).replaceAll("/$", ""))
				.findFirst()
				.orElse("");
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	static Stream<Shape> shapes() {
		return Stream.of(new Shape("plain", "/hello/7"),
				new Shape("context path", "/app/hello/7", "server.servlet.context-path=/app"),
				new Shape("context path with a slash at its end", "/petclinic/hello/7",
						"server.servlet.context-path=/petclinic/"),
				new Shape("nested context path", "/a/b/hello/7", "server.servlet.context-path=/a/b/"),
				new Shape("root as context path", "/hello/7", "server.servlet.context-path=/"),
				new Shape("Spring MVC below a path", "/api/hello/7", "spring.mvc.servlet.path=/api"),
				new Shape("lazy", "/hello/7", "spring.main.lazy-initialization=true"),
				new Shape("several dispatcher servlets", List.of(CompatibilityApplication.class, SecondServlet.class),
						"/two/hello/7", "/hello/{id}"),
				new Shape("management port", "/app/hello/7", "management.server.port=0",
						"server.servlet.context-path=/app"),
				new Shape("management port with a base path", "/app/hello/7", "management.server.port=0",
						"management.server.base-path=/adm/", "server.servlet.context-path=/app"),
				new Shape("lazy with a management port", "/hello/7", "spring.main.lazy-initialization=true",
						"management.server.port=0"));
	}

	@ParameterizedTest
	@MethodSource("shapes")
	void startsSaysWhereItsMetricsAreAndRecords(Shape shape, CapturedOutput output) {
		List<String> properties = new ArrayList<>(List.of(RunningApplication.ENABLED, "gmicro.pprof.enabled=true",
				"gmicro.diagnostics.access=unrestricted", "logging.level.io.gmicro=info"));
		properties.addAll(List.of(shape.properties()));
		try (RunningApplication application = RunningApplication.start(shape.sources(),
				properties.toArray(String[]::new))) {
			assertRecords(application, shape.request(), shape.route(), output);
			assertThat(application.send("GET", URI.create(printed(PROFILES, output).group(1))).statusCode())
				.isEqualTo(200);
		}
		assertThat(output).doesNotContain(" ERROR ");
	}

	@Test
	void managementPortMayBeThatOfTheServer(CapturedOutput output) throws IOException {
		String port = Integer.toString(freePort());
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED,
				"server.port=" + port, "management.server.port=" + port, "logging.level.io.gmicro=info")) {
			assertRecords(application, "/hello/7", "/hello/{id}", output);
		}
		assertThat(output).doesNotContain(" ERROR ");
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	/** The management context is there or not as Spring Boot decides. */
	@Test
	void withoutManagementPortItIsSaidThatNothingIsServed(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED,
				"management.server.port=-1", "logging.level.io.gmicro=info")) {
			assertThat(application.get("/hello/7").statusCode()).isEqualTo(200);
			assertThat(application.get("/metrics").statusCode()).isEqualTo(404);
			assertThat(output).contains("No metrics route: management.server.port=-1");
		}
	}

	@Test
	void childContextServesWhatItsParentAndItRecord(CapturedOutput output) {
		String[] arguments = { "--" + RunningApplication.ENABLED, "--logging.level.io.gmicro=info" };
		WebApplicationContext child = (WebApplicationContext) new SpringApplicationBuilder(Parent.class)
			.web(WebApplicationType.NONE)
			.child(CompatibilityApplication.class)
			.web(WebApplicationType.SERVLET)
			.run(arguments);
		try (RunningApplication application = new RunningApplication(child)) {
			assertRecords(application, "/hello/7", "/hello/{id}", output);
			assertThat(METRICS.matcher(output).results()).hasSize(1);
			assertThat(Pattern.compile("no web server").matcher(output).results()).hasSize(1);
		}
		finally {
			((ConfigurableApplicationContext) child.getParent()).close();
		}
	}

	/**
	 * Logback holds the environment of the application that started last, and so its
	 * context; soft references are let go at once in these tests.
	 */
	@Test
	void closedContextIsLetGo() {
		WeakReference<Object> context = startAndClose();
		new SpringApplicationBuilder(Parent.class).web(WebApplicationType.NONE).run().close();
		await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50)).until(() -> {
			System.gc();
			return context.get() == null;
		});
	}

	private static WeakReference<Object> startAndClose() {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED,
				"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.metrics.naming=both",
				"gmicro.diagnostics.access=unrestricted")) {
			for (String path : List.of("/hello/7", "/debug/requests", "/metrics")) {
				assertThat(application.get(path).statusCode()).as(path).isEqualTo(200);
			}
			return new WeakReference<>(application.context());
		}
	}

	private static void assertRecords(RunningApplication application, String request, String route,
			CapturedOutput output) {
		assertThat(application.get(request).statusCode()).isEqualTo(200);
		MatchResult printed = printed(METRICS, output);
		URI metrics = URI.create("http://localhost:" + printed.group(1) + printed.group(2));
		assertThat(application.send("GET", metrics).statusCode()).as(metrics.toString()).isEqualTo(200);
		Samples samples = Samples.parse(new String(application.send("GET", metrics).body(), StandardCharsets.UTF_8));
		assertThat(samples.of("http_server_responses_total", LABELS))
			.containsExactly(Map.entry("GET " + route + " 200", 1.0));
		assertThat(samples.has("jvm_memory_used_bytes")).isTrue();
	}

	private static MatchResult printed(Pattern pattern, CapturedOutput output) {
		return pattern.matcher(output).results().findFirst().orElseThrow();
	}

	@EnableAutoConfiguration
	static class Parent {

	}

	/** Beside Spring Boot's, with a context of its own. */
	@Configuration(proxyBeanMethods = false)
	static class SecondServlet {

		@Bean
		ServletRegistrationBean<DispatcherServlet> second() {
			AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
			context.register(Mvc.class);
			ServletRegistrationBean<DispatcherServlet> registration = new ServletRegistrationBean<>(
					new DispatcherServlet(context), "/two/*");
			registration.setName("second");
			return registration;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebMvc
	@Import(PlainController.class)
	static class Mvc {

	}

}
