package io.gmicro.compatibility;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The metrics route speaks every format and is where it should be.
 */
class MetricsRouteTests {

	private static final String RESPONSES = "http_server_responses_total";

	private static final String TEXT = "text/plain;version=0.0.4;charset=utf-8";

	private static final String OPENMETRICS = "application/openmetrics-text;version=1.0.0;charset=utf-8";

	private static final String PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

	private static RunningApplication application;

	@BeforeAll
	static void start() {
		application = RunningApplication.start(RunningApplication.ENABLED);
		assertThat(application.get("/hello/7").statusCode()).isEqualTo(200);
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	void servesTextByDefault() {
		HttpResponse<byte[]> response = application.get("/metrics");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(contentType(response)).isEqualTo(TEXT);
		Samples samples = Samples.parse(text(response.body()));
		assertThat(samples.has(RESPONSES)).isTrue();
		assertThat(samples.has("jvm_memory_used_bytes")).isTrue();
	}

	@Test
	void servesTextToWhoeverAsksForSomethingElse() {
		for (String accept : List.of("no type at all", "a/b/c;;q=;,", "image/png", "*/*")) {
			HttpResponse<byte[]> response = application.get("/metrics", "Accept", accept);
			assertThat(response.statusCode()).as(accept).isEqualTo(200);
			assertThat(contentType(response)).as(accept).isEqualTo(TEXT);
		}
	}

	@Test
	void servesOpenMetrics() {
		HttpResponse<byte[]> response = application.get("/metrics", "Accept",
				"application/openmetrics-text;version=1.0.0");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(contentType(response)).isEqualTo(OPENMETRICS);
		assertThat(text(response.body())).contains("\n" + RESPONSES + "{").endsWith("# EOF\n");
	}

	@Test
	void servesTheRestWhenAMeterFails() {
		MeterRegistry registry = application.context().getBean(MeterRegistry.class);
		FunctionCounter failing = FunctionCounter.builder("failing", application, (none) -> {
			throw new IllegalStateException("expected by the test");
		}).register(registry);
		try {
			Samples samples = application.scrape("/metrics");
			assertThat(samples.has("jvm_memory_used_bytes")).isTrue();
			assertThat(samples.has("failing_total")).isFalse();
		}
		finally {
			registry.remove(failing);
		}
		assertThat(application.scrape("/metrics").of("gmicro_scrape_errors_total")).containsOnly(Map.entry("", 1.0));
	}

	@Test
	void servesProtobuf() {
		HttpResponse<byte[]> response = application.get("/metrics", "Accept", PROTOBUF);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(contentType(response)).isEqualTo(PROTOBUF);
		assertThat(families(response.body())).contains(RESPONSES, "http_server_request_duration_seconds")
			.doesNotHaveDuplicates();
	}

	@Test
	void compresses() throws IOException {
		HttpResponse<byte[]> response = application.get("/metrics", "Accept-Encoding", "gzip");
		assertThat(response.headers().allValues("Content-Encoding")).containsExactly("gzip");
		byte[] body = new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
		assertThat(Samples.parse(text(body)).has(RESPONSES)).isTrue();
	}

	@Test
	void answersHeadWithoutABody() {
		HttpResponse<byte[]> response = application.send("HEAD", application.uri("/metrics"));
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(contentType(response)).isEqualTo(TEXT);
		assertThat(response.body()).isEmpty();
	}

	@Test
	void refusesOtherMethods() {
		for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "PURGE")) {
			HttpResponse<byte[]> response = application.send(method, application.uri("/metrics"));
			assertThat(response.statusCode()).as(method).isEqualTo(405);
			assertThat(response.headers().allValues("Allow")).as(method).containsExactly("GET, HEAD");
		}
	}

	@Test
	void servesTheNamesAskedForOnly() {
		Samples samples = application.scrape("/metrics?name%5B%5D=" + RESPONSES);
		assertThat(samples.all()).isNotEmpty().allSatisfy((sample) -> assertThat(sample.name()).isEqualTo(RESPONSES));
	}

	@Test
	@Tag("actuator")
	void isBesideTheActuator() {
		try (RunningApplication exposed = RunningApplication.start(RunningApplication.ENABLED,
				"management.endpoints.web.exposure.include=*")) {
			assertThat(exposed.get("/hello/7").statusCode()).isEqualTo(200);
			assertThat(exposed.scrape("/metrics")
				.of(RESPONSES, "http_request_method", "http_route", "http_response_status_code"))
				.containsOnlyKeys("GET /hello/{id} 200")
				.isEqualTo(exposed.scrape("/actuator/prometheus")
					.of(RESPONSES, "http_request_method", "http_route", "http_response_status_code"));
		}
	}

	@Test
	@Tag("actuator")
	void isOnTheManagementPortAndOnlyThere() {
		try (RunningApplication separate = RunningApplication.start(RunningApplication.ENABLED,
				"management.server.port=0", "management.endpoints.web.exposure.include=*")) {
			assertThat(separate.uri("/")).isNotEqualTo(separate.managementUri("/"));
			assertThat(separate.get("/hello/7").statusCode()).isEqualTo(200);
			assertThat(separate.get("/metrics").statusCode()).isEqualTo(404);
			HttpResponse<byte[]> response = separate.send("GET", separate.managementUri("/metrics"));
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(contentType(response)).isEqualTo(TEXT);
			assertThat(separate.send("GET", separate.managementUri("/actuator/prometheus")).statusCode())
				.isEqualTo(200);
			assertThat(Samples.parse(text(response.body()))
				.of(RESPONSES, "http_request_method", "http_route", "http_response_status_code"))
				.containsOnlyKeys("GET /hello/{id} 200");
		}
	}

	private static String contentType(HttpResponse<byte[]> response) {
		return response.headers().firstValue("Content-Type").orElse("").replace(" ", "");
	}

	private static String text(byte[] body) {
		return new String(body, StandardCharsets.UTF_8);
	}

	/**
	 * The names of the families: each message is led by its length, its first field is
	 * the name.
	 */
	private static List<String> families(byte[] body) {
		List<String> names = new ArrayList<>();
		ByteBuffer messages = ByteBuffer.wrap(body);
		while (messages.hasRemaining()) {
			ByteBuffer message = slice(messages);
			assertThat(message.get()).isEqualTo((byte) 0x0a);
			names.add(StandardCharsets.UTF_8.decode(slice(message)).toString());
		}
		return names;
	}

	private static ByteBuffer slice(ByteBuffer buffer) {
		int length = 0;
		byte part;
		int shift = 0;
		do {
			part = buffer.get();
			length |= (part & 0x7f) << shift;
			shift += 7;
		}
		while (part < 0);
		ByteBuffer slice = buffer.slice(buffer.position(), length);
		buffer.position(buffer.position() + length);
		return slice;
	}

}
