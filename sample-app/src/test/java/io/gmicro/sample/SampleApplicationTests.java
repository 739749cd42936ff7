package io.gmicro.sample;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Every route of the sample over a real connection.
 */
class SampleApplicationTests {

	private static final Pattern HREF = Pattern.compile("href=\"([^\"]+)\"");

	private static SampleServer sample;

	@BeforeAll
	static void start() {
		sample = SampleServer.start();
	}

	@AfterAll
	static void stop() {
		sample.close();
	}

	@Test
	void ordersExistAtTheStart() throws Exception {
		assertThat(sample.get("/orders").body()).startsWith("[{").contains("\"tea\"", "\"coffee\"", "\"biscuits\"");
		assertThat(sample.get("/orders/2").body()).isEqualTo("{\"id\":2,\"item\":\"coffee\",\"quantity\":2}");
	}

	@Test
	void placedOrderIsFoundAtItsLocation() throws Exception {
		HttpResponse<String> placed = sample.post("/orders", "{\"item\": \"scones\", \"quantity\": 3}");
		assertThat(placed.statusCode()).isEqualTo(201);
		String location = placed.headers().firstValue("Location").orElseThrow();
		assertThat(sample.get(location).body()).isEqualTo(placed.body()).contains("\"item\":\"scones\",\"quantity\":3");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"item\": \"\", \"quantity\": 1}", "{\"item\": \"tea\", \"quantity\": 0}",
			"{\"item\": \"tea\", \"quantity\": 1001}", "{\"item\": \"tea\"}", "{\"quantity\": 1}", "{}", "[", "" })
	void invalidOrderIsRefused(String order) throws Exception {
		String before = sample.get("/orders").body();
		assertProblem(sample.post("/orders", order), 400);
		assertThat(sample.get("/orders").body()).isEqualTo(before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/orders/0", "/orders/999999", "/no/such/path" })
	void whatDoesNotExistIsAProblem(String path) throws Exception {
		assertProblem(sample.get(path), 404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/orders/one", "/slow?millis=-1", "/slow?millis=60001", "/slow?millis=x", "/cpu?millis=-1",
			"/cpu?millis=60001", "/async?millis=-1", "/async?millis=60001", "/contend?millis=-1",
			"/contend?millis=60001", "/allocate?megabytes=-1", "/allocate?megabytes=1025", "/events?count=0",
			"/events?count=101", "/greet/7", "/greet/Ada?millis=-1", "/greet/Ada?millis=60001" })
	void whatIsOutOfBoundsIsAProblem(String path) throws Exception {
		assertProblem(sample.get(path), 400);
	}

	@ParameterizedTest
	@CsvSource({ "/slow?millis=1, slept for 1 ms", "/async?millis=1, answered after 1 ms", "/cpu?millis=1, took ",
			"/allocate?megabytes=1024, allocated 1024 MB", "/contend?millis=1, got the lock ",
			"/greet/Ada, 'Hello, Ada'" })
	void workIsDone(String path, String answer) throws Exception {
		HttpResponse<String> response = sample.get(path);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).startsWith(answer).endsWith("\n");
	}

	@Test
	void failureIsAnsweredWithoutItsMessage() throws Exception {
		HttpResponse<String> response = sample.get("/fail");
		assertThat(response.statusCode()).isEqualTo(500);
		assertThat(response.body()).doesNotContain("always fails").doesNotContain("Exception");
	}

	@Test
	void eventsAreSentAndEnd() throws Exception {
		HttpResponse<String> response = sample.get("/events?count=3");
		assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
		assertThat(response.body()).isEqualTo("id:1\ndata:event 1\n\nid:2\ndata:event 2\n\nid:3\ndata:event 3\n\n");
	}

	@Test
	void everyLinkOfTheLandingPageWorks() throws Exception {
		HttpResponse<String> page = sample.get("/");
		assertThat(page.statusCode()).isEqualTo(200);
		List<String> links = HREF.matcher(page.body()).results().map((match) -> match.group(1)).toList();
		assertThat(links).contains("/orders", "/orders/1", "/fail", "/metrics", "/style.css", "/icon.svg")
			.allMatch((link) -> link.startsWith("/"));
		for (String link : links) {
			assertThat(sample.get(link).statusCode()).as(link).isEqualTo(link.equals("/fail") ? 500 : 200);
		}
		assertThat(page.body()).doesNotContain("<script", "style=", "http://", "https://");
	}

	@Test
	void metricsOfTheShopAreServed() throws Exception {
		sample.post("/orders", "{\"item\": \"tea\", \"quantity\": 7}");
		Scrape scrape = sample.scrape();
		double placed = scrape.value("mxshop_order_items_count");
		assertThat(placed).isPositive();
		assertThat(scrape.value("mxshop_orders")).isEqualTo(3 + placed);
		assertThat(scrape.value("mxshop_order_items_bucket{le=\"10.0\"}")).isEqualTo(placed);
		assertThat(scrape.value("mxshop_order_placing_seconds_count")).isEqualTo(placed);
		assertThat(scrape.text()).contains("mxshop_order_placing_seconds{quantile=\"0.99\"} ",
				"# TYPE mxshop_order_placing_seconds summary", "# TYPE mxshop_order_items histogram",
				"# TYPE mxshop_orders gauge", "# TYPE mxshop_test_total counter",
				"# HELP mxshop_test_total just for test");
	}

	@Test
	void declaredMetricIsServedWithABoundedLabel() throws Exception {
		for (int i = 0; i < 60; i++) {
			assertThat(sample.post("/orders", "{\"item\": \"item " + i + "\", \"quantity\": 1}").statusCode())
				.isEqualTo(201);
		}
		Scrape scrape = sample.scrape();
		assertThat(scrape.text()).contains("# HELP mxshop_orders_placed_total Orders placed, by item.",
				"# TYPE mxshop_orders_placed_total counter");
		assertThat(scrape.value("mxshop_orders_placed_total{item=\"item 0\"}")).isEqualTo(1);
		assertThat(scrape.text().lines().filter((line) -> line.startsWith("mxshop_orders_placed_total{"))).hasSize(51);
		assertThat(scrape.sum("mxshop_orders_placed_total")).isEqualTo(scrape.value("mxshop_order_items_count"));
		assertThat(scrape.value("mxshop_orders_placed_total{item=\"_OTHER\"}"))
			.isEqualTo(scrape.value("gmicro_overflow_total{label=\"mxshop_orders_placed\"}"));
	}

	@Test
	void tickerCountsWithoutAnyRequest() throws Exception {
		double before = sample.scrape().value("mxshop_test_total");
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(sample.scrape().value("mxshop_test_total")).isGreaterThan(before));
	}

	@ParameterizedTest
	@CsvSource({ "/orders, /orders, 200", "/orders/3, /orders/{id}, 200", "/orders/0, /orders/{id}, 404",
			"/no/such/path, NOT_FOUND, 404", "/slow?millis=1, /slow, 200", "/slow?millis=-1, /slow, 400",
			"/async?millis=1, /async, 200", "/events?count=1, /events, 200", "/cpu?millis=1, /cpu, 200",
			"/allocate?megabytes=1, /allocate, 200", "/contend?millis=1, /contend, 200", "/fail, /fail, 500",
			"/greet/Ada, /greet/{name}, 200", "/greet/7, /greet/{name}, 400" })
	void requestIsRecordedOnce(String path, String route, int status) throws Exception {
		String method = "{http_request_method=\"GET\",";
		String sizes = "http_server_response_body_size_bytes_sum" + method + "http_route=\"" + route + "\"}";
		String series = method + "http_response_status_code=\"" + status + "\",http_route=\"" + route + "\"}";
		String responses = "http_server_responses_total" + series;
		String durations = "http_server_request_duration_seconds_count" + series;
		sample.get(path);
		Scrape before = scrapeOnceIdle();
		int size = sample.get(path).body().length();
		Scrape after = scrapeOnceIdle();
		assertThat(after.value(responses)).isEqualTo(before.value(responses) + 1);
		if (path.startsWith("/events")) {
			assertThat(after.text()).doesNotContain(durations);
		}
		else {
			assertThat(after.value(durations)).isEqualTo(before.value(durations) + 1);
		}
		assertThat(after.value(sizes)).isEqualTo(before.value(sizes) + size);
	}

	/**
	 * An exchange ends a moment after its client has the answer, an error page later
	 * still.
	 */
	private static Scrape scrapeOnceIdle() {
		return await().until(sample::scrape, (scrape) -> scrape.sum("http_server_active_requests") == 0 && scrape
			.sum("http_server_response_body_size_bytes_count") == scrape.sum("http_server_responses_total"));
	}

	private static void assertProblem(HttpResponse<String> response, int status) {
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(response.body()).contains("\"status\":" + status);
	}

}
