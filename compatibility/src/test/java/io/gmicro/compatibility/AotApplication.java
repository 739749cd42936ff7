package io.gmicro.compatibility;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

import io.gmicro.custom.CustomMetrics;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.web.context.WebApplicationContext;

/**
 * Starts with every feature of gmicro on, asks itself, and prints what it is answered.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ PlainController.class, GrpcRecordingTests.GrpcConfiguration.class })
class AotApplication {

	static final String[] EVERYTHING = { "gmicro.metrics.enabled=true", "gmicro.pprof.enabled=true",
			"gmicro.pprof.heap.enabled=true", "gmicro.http.slow-requests.endpoint.enabled=true",
			"gmicro.metrics.naming=both", "gmicro.http.spring-observation.enabled=false",
			"gmicro.slo.x.route=/hello/{id}", "gmicro.slo.x.objective=99", "gmicro.slo.x.latency=123ms",
			"gmicro.metrics.custom.greetings.type=counter", "gmicro.metrics.custom.greetings.help=Greetings",
			"gmicro.diagnostics.access=unrestricted", "spring.grpc.server.port=0",
			"management.endpoints.web.exposure.include=*", "server.port=0" };

	public static void main(String[] args) {
		WebApplicationContext context = (WebApplicationContext) SpringApplication.run(AotApplication.class,
				Stream.concat(Arrays.stream(EVERYTHING).map((property) -> "--" + property), Arrays.stream(args))
					.toArray(String[]::new));
		try (RunningApplication application = new RunningApplication(context)) {
			context.getBean(CustomMetrics.class).counter("greetings").labelValues().increment();
			for (String path : new String[] { "/hello/7", "/debug/pprof/", "/debug/requests", "/metrics" }) {
				int status = application.get(path).statusCode();
				print(path + " " + status);
			}
			print(new String(application.get("/metrics").body(), StandardCharsets.UTF_8));
			print("AOT " + System.getProperty("spring.aot.enabled") + " "
					+ context.getBean("prometheusMeterRegistry").getClass().getSimpleName());
		}
	}

	private static void print(String text) {
		System.out.println(text);
	}

}
