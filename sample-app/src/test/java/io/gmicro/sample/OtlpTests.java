package io.gmicro.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The sample pushes OTLP to a receiver, by Spring Boot's own properties.
 */
class OtlpTests {

	private static final String DURATION = "http.server.request.duration";

	private static final String PLACED = "mxshop_orders_placed";

	private final List<ExportMetricsServiceRequest> received = new CopyOnWriteArrayList<>();

	private final List<String> keys = new CopyOnWriteArrayList<>();

	private HttpServer receiver;

	@BeforeEach
	void startReceiver() throws IOException {
		this.receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.receiver.createContext("/v1/metrics", this::receive);
		this.receiver.start();
	}

	@AfterEach
	void stopReceiver() {
		this.receiver.stop(0);
	}

	private void receive(HttpExchange exchange) throws IOException {
		try (exchange) {
			assertThat(exchange.getRequestHeaders().getFirst("Content-Type")).isEqualTo("application/x-protobuf");
			this.keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("X-Api-Key")));
			this.received.add(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody()));
			byte[] response = ExportMetricsServiceResponse.getDefaultInstance().toByteArray();
			exchange.sendResponseHeaders(200, (response.length > 0) ? response.length : -1);
		}
	}

	@Test
	void whatWasRecordedIsPushedWhenTheServiceEnds() throws Exception {
		try (SampleServer sample = start("step=1h", "headers.X-Api-Key=secret")) {
			use(sample);
			assertThat(sample.scrape().value("mxshop_orders_placed_total{item=\"tea\"}")).isEqualTo(2);
			assertThat(this.received).isEmpty();
		}
		assertThat(this.keys).containsOnly("secret");
		assertThat(this.received).allSatisfy((request) -> assertThat(request.getResourceMetricsList())
			.allSatisfy((metrics) -> assertThat(attributes(metrics.getResource().getAttributesList()))
				.containsEntry("service.name", "gmicro-sample")));
		assertPlaced();
		HistogramDataPoint duration = duration().orElseThrow();
		assertThat(duration.getCount()).isEqualTo(3);
		assertThat(duration.getExplicitBoundsList()).startsWith(0.005, 0.01, 0.025).hasSize(14);
		assertThat(duration.getBucketCountsList().stream().mapToLong(Long::longValue).sum()).isEqualTo(3);
		assertThat(duration.getSum()).isBetween(0.0, 60.0);
		assertThat(metric(DURATION).orElseThrow().getUnit()).isEqualTo("seconds");
	}

	@Test
	void serviceGoesOnPushingWhileItRuns() throws Exception {
		try (SampleServer sample = start("step=200ms")) {
			use(sample);
			await().atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(() -> {
				assertPlaced();
				assertThat(duration().orElseThrow().getCount()).isEqualTo(3);
			});
		}
	}

	@Test
	void receiverThatIsNotThereDoesNotStopTheService() throws Exception {
		this.receiver.stop(0);
		try (SampleServer sample = start("step=200ms")) {
			use(sample);
			assertThat(sample.scrape().value("mxshop_orders_placed_total{item=\"tea\"}")).isEqualTo(2);
		}
	}

	private SampleServer start(String... settings) {
		String prefix = "management.otlp.metrics.export.";
		List<String> properties = new ArrayList<>(List.of(prefix + "enabled=true",
				prefix + "url=http://127.0.0.1:" + this.receiver.getAddress().getPort() + "/v1/metrics",
				prefix + "base-time-unit=seconds"));
		for (String setting : settings) {
			properties.add(prefix + setting);
		}
		return SampleServer.startWith(properties.toArray(String[]::new));
	}

	private static void use(SampleServer sample) throws Exception {
		for (int i = 0; i < 3; i++) {
			assertThat(sample.get("/orders/1").statusCode()).isEqualTo(200);
		}
		for (int i = 0; i < 2; i++) {
			assertThat(sample.post("/orders", "{\"item\": \"tea\", \"quantity\": 1}").statusCode()).isEqualTo(201);
		}
	}

	private void assertPlaced() {
		Metric placed = metric(PLACED).orElseThrow();
		assertThat(placed.getDescription()).isEqualTo("Orders placed, by item.");
		assertThat(placed.getSum().getIsMonotonic()).isTrue();
		assertThat(placed.getSum().getAggregationTemporality())
			.isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
		NumberDataPoint point = placed.getSum().getDataPoints(0);
		assertThat(attributes(point.getAttributesList())).containsExactly(Map.entry("item", "tea"));
		assertThat(point.getAsDouble()).isEqualTo(2);
	}

	private Optional<HistogramDataPoint> duration() {
		return metric(DURATION).stream()
			.flatMap((metric) -> metric.getHistogram().getDataPointsList().stream())
			.filter((point) -> attributes(point.getAttributesList())
				.equals(Map.of("http.request.method", "GET", "http.route", "/orders/{id}", "http.response.status_code",
						"200", "url.scheme", "http", "error.type", "")))
			.findFirst();
	}

	/** As it was pushed last. */
	private Optional<Metric> metric(String name) {
		return this.received.stream()
			.flatMap((request) -> request.getResourceMetricsList().stream())
			.flatMap((metrics) -> metrics.getScopeMetricsList().stream())
			.flatMap((metrics) -> metrics.getMetricsList().stream())
			.filter((metric) -> metric.getName().equals(name))
			.reduce((earlier, later) -> later);
	}

	private static Map<String, String> attributes(List<KeyValue> attributes) {
		return attributes.stream()
			.collect(Collectors.toMap(KeyValue::getKey, (attribute) -> attribute.getValue().getStringValue()));
	}

}
