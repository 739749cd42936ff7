package io.gmicro.sample;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a real Prometheus answers to the expressions of dashboards for gin-metrics and for
 * the Go framework.
 */
class GinPrometheusTests {

	private static final int CLIENTS = 3;

	@TempDir
	private static Path directory;

	private static SampleServer sample;

	private static PrometheusServer prometheus;

	/** When Prometheus scraped what the requests left, in seconds since the epoch. */
	private static double end;

	@BeforeAll
	static void drive() throws Exception {
		RealTools.find("prometheus");
		sample = SampleServer.startWith("gmicro.metrics.naming=both", "gmicro.http.unique-clients.enabled=true",
				"gmicro.http.slow-requests.threshold=50ms", "gmicro.metrics.labels.region=eu",
				"server.forward-headers-strategy=native");
		prometheus = PrometheusServer.start(directory, sample.port());
		requests("203.0.113.");
		scraped();
		requests("198.51.100.");
		end = scraped();
	}

	@AfterAll
	static void stop() {
		if (prometheus != null) {
			prometheus.close();
		}
		if (sample != null) {
			sample.close();
		}
	}

	private static void requests(String network) throws Exception {
		for (int client = 0; client < CLIENTS; client++) {
			for (String path : new String[] { "/orders/1", "/orders/0", "/slow?millis=60", "/greet/Ada" }) {
				sample.send("GET", path, BodyPublishers.noBody(), "X-Forwarded-For", network + client);
			}
			sample.send("POST", "/orders", BodyPublishers.ofString("{\"item\": \"tea\", \"quantity\": 1}"),
					"Content-Type", "application/json", "X-Forwarded-For", network + client);
		}
	}

	private static double scraped() {
		await().until(() -> sample.scrape().sum("http_server_active_requests") == 0);
		// Prometheus moves the time of a scrape by up to 2 ms to keep its intervals even.
		double idle = (System.currentTimeMillis() + 10) / 1000.0;
		return await().atMost(Duration.ofSeconds(30))
			.ignoreExceptions()
			.until(() -> prometheus.value("max(timestamp(gin_request_total))"), (time) -> time > idle);
	}

	/** The twelve of gin-metrics' own Grafana dashboard. */
	@ParameterizedTest
	@ValueSource(strings = { "rate(gin_request_total[5m])", "gin_request_total", "gin_request_uv_total",
			"rate(gin_request_body_total[5m])", "rate(gin_response_body_total[5m])",
			"sum by(uri, instance) (gin_uri_request_total)", "sum by(method, instance) (gin_uri_request_total)",
			"histogram_quantile(0.95, sum (rate(gin_request_duration_bucket[5m])) by (le, instance))",
			"histogram_quantile(0.99, sum (rate(gin_request_duration_bucket[5m])) by (le, instance))",
			"sum (gin_request_duration_sum) / sum(gin_request_duration_count)",
			"sum by(code, instance) (gin_uri_request_total)", "sum by(uri, instance) (gin_slow_request_total)" })
	void dashboardOfGinMetricsHasData(String expression) throws Exception {
		assertThat(prometheus.valuesBy("uri", expression, end).values()).isNotEmpty()
			.allSatisfy((value) -> assertThat(value).isPositive().isFinite());
	}

	@ParameterizedTest
	@ValueSource(strings = { "topk(3, sum by (uri) (rate(gin_uri_request_total{region=\"eu\"}[5m])))",
			"sum by (uri) (rate(gin_slow_request_total[5m]))",
			"topk(2, sum by (uri) (increase(gin_slow_request_total[5m])))",
			"histogram_quantile(0.9, sum by (le, uri) (rate(gin_request_duration_bucket{uri=\"/slow\"}[5m])))",
			"rate(gin_request_uv_total[5m])", "sum by (region) (rate(gin_request_total[5m]))",
			"sum(rate(gin_response_body_total[5m])) / sum(rate(gin_request_total[5m]))",
			"sum by (method) (rate(rpc_server_requests_chaos_code_total{region=\"eu\",code=\"0\"}[5m]))",
			"sum by (method) (rate(rpc_client_requests_chaos_code_total{region=\"eu\",code=\"0\"}[5m]))",
			"histogram_quantile(0.99, sum by (le, method) (rate(rpc_server_requests_chaos_duration_ms_bucket[5m])))",
			"histogram_quantile(0.99, sum by (le, method) (rate(rpc_client_requests_chaos_duration_ms_bucket[5m])))",
			"topk(1, sum by (method) (rate(rpc_server_requests_chaos_duration_ms_sum[5m])))",
			"http_server_unique_clients" })
	void otherExpressionsHaveData(String expression) throws Exception {
		assertThat(prometheus.valuesBy("uri", expression, end).values()).isNotEmpty()
			.allSatisfy((value) -> assertThat(value).isNotNegative().isFinite())
			.anySatisfy((value) -> assertThat(value).isPositive());
	}

	@Test
	void bothNamesSayTheSame() throws Exception {
		assertThat(prometheus.value("sum(gin_request_total)", end))
			.isEqualTo(prometheus.value("sum(http_server_responses_total)", end))
			.isEqualTo(2.0 * 5 * CLIENTS);
		assertThat(prometheus.value("sum(gin_slow_request_total)", end))
			.isEqualTo(prometheus.value("sum(http_server_slow_requests_total)", end));
		assertThat(prometheus.value("gin_request_uv_total", end))
			.isEqualTo(prometheus.value("http_server_unique_clients", end))
			.isEqualTo(2.0 * CLIENTS);
		Map<String, Double> byUri = prometheus.valuesBy("uri", "sum by (uri) (gin_request_duration_count)", end);
		assertThat(byUri).containsEntry("/orders/:id", 4.0 * CLIENTS).containsEntry("/greet/:name", 2.0 * CLIENTS);
	}

}
