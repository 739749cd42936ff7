package io.gmicro.compatibility;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gmicro.custom.CustomMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application without a web server, and without servlets on its class path: it starts,
 * says what is not recorded, and keeps the metrics that it declares.
 */
@ExtendWith(OutputCaptureExtension.class)
class WorkerTests {

	private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

	private static final String[] EVERYTHING = { "--gmicro.metrics.enabled=true", "--gmicro.pprof.enabled=true",
			"--gmicro.pprof.heap.enabled=true", "--gmicro.pprof.trace.enabled=true",
			"--gmicro.http.slow-requests.endpoint.enabled=true", "--gmicro.metrics.naming=both",
			"--gmicro.diagnostics.access=unrestricted", "--gmicro.slo.x.route=/x", "--gmicro.slo.x.objective=99",
			"--gmicro.slo.x.latency=1s", "--gmicro.metrics.custom.import_rows.type=counter",
			"--gmicro.metrics.custom.import_rows.help=Rows", "--gmicro.metrics.custom.import_rows.labels=table",
			"--gmicro.metrics.custom.import_last_success_timestamp_seconds.type=gauge",
			"--gmicro.metrics.custom.import_last_success_timestamp_seconds.help=When",
			"--logging.level.io.gmicro=info" };

	@Test
	void thereIsNoServlet() {
		assertThat(ClassUtils.isPresent("jakarta.servlet.Servlet", getClass().getClassLoader())).isFalse();
	}

	@Test
	void commandLineRunnerRunsWithEverythingOn(CapturedOutput output) {
		try (ConfigurableApplicationContext worker = SpringApplication.run(Import.class, EVERYTHING)) {
			assertThat(worker.getBean(MeterRegistry.class).get("import_rows").counter().count()).isEqualTo(42);
			assertThat(output.getOut().lines().filter((line) -> line.contains("This application has no web server")))
				.singleElement()
				.asString()
				.contains(" INFO ", "HTTP requests are not recorded", "gmicro.slo has no effect",
						"gRPC calls and gmicro.metrics.custom are recorded");
		}
		assertThat(output).doesNotContain(" WARN ", " ERROR ", "\tat ");
	}

	@Test
	void saysNothingWhileOff(CapturedOutput output) {
		SpringApplication
			.run(Import.class, "--gmicro.metrics.custom.import_rows.type=counter",
					"--gmicro.metrics.custom.import_rows.help=Rows", "--gmicro.metrics.custom.import_rows.labels=table",
					"--gmicro.metrics.custom.import_last_success_timestamp_seconds.type=gauge",
					"--gmicro.metrics.custom.import_last_success_timestamp_seconds.help=When",
					"--logging.level.io.gmicro=info")
			.close();
		assertThat(output).doesNotContain("no web server");
	}

	/** The configuration is that of the documentation, to the letter. */
	@Test
	void documentedJobPushes() throws Exception {
		List<String> paths = new CopyOnWriteArrayList<>();
		List<String> received = new CopyOnWriteArrayList<>();
		HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		gateway.createContext("/", (exchange) -> {
			paths.add(exchange.getRequestURI().getPath());
			received.add(body(exchange));
			exchange.sendResponseHeaders(202, -1);
			exchange.close();
		});
		gateway.start();
		try {
			SpringApplication job = new SpringApplication(Import.class);
			StandardEnvironment environment = new StandardEnvironment();
			environment.getPropertySources().addLast(documented());
			job.setEnvironment(environment);
			job.run("--import.name=import_rows_total",
					"--management.prometheus.metrics.export.pushgateway.address=127.0.0.1:"
							+ gateway.getAddress().getPort())
				.close();
		}
		finally {
			gateway.stop(0);
		}
		assertThat(paths).containsOnly("/metrics/job/nightly-import/region/eu");
		// Spring Boot also pushes at the start, which may arrive after the push at the
		// end
		assertThat(received).anySatisfy((push) -> assertThat(push).contains("import_rows_total", "orders",
				"import_last_success_timestamp_seconds", "jvm_memory_used_bytes"));
	}

	private static PropertySource<?> documented() throws IOException {
		Matcher yaml = YAML.matcher(Files.readString(Path.of("../../docs/push.md")));
		assertThat(yaml.find()).isTrue();
		return new YamlPropertySourceLoader()
			.load("docs/push.md", new ByteArrayResource(yaml.group(1).getBytes(StandardCharsets.UTF_8)))
			.get(0);
	}

	private static String body(HttpExchange exchange) {
		try {
			boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
			return new String(
					(gzip ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()).readAllBytes(),
					StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@EnableAutoConfiguration
	static class Import {

		@Bean
		CommandLineRunner importer(CustomMetrics metrics, org.springframework.core.env.Environment environment) {
			return (arguments) -> {
				metrics.counter(environment.getProperty("import.name", "import_rows"))
					.labelValues("orders")
					.increment(42);
				metrics.gauge("import_last_success_timestamp_seconds").labelValues().set(1.7e9);
			};
		}

	}

}
