package io.gmicro.sample;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A trace of requests leaves the samples that gin-metrics, by its source, would leave for
 * it, but for the differences that are documented.
 */
class GinMetricsTests {

	private static final Path DOCUMENT = Path.of("../docs/migrating-from-gin-metrics.md");

	private static final String ORDER = "{\"item\": \"tea\", \"quantity\": 2}";

	/**
	 * What is sent, and as what it is recorded. Where gin-metrics would record something
	 * else, the last columns say what, and the text in the document that says so.
	 */
	private static final List<Sent> TRACE = List.of(
			new Sent("203.0.113.1", "GET", "/orders", null, new Recorded("/orders", "GET", "200")),
			new Sent("203.0.113.1", "GET", "/orders/1", null, new Recorded("/orders/:id", "GET", "200")),
			new Sent("203.0.113.2", "GET", "/orders/2", null, new Recorded("/orders/:id", "GET", "200")),
			new Sent("203.0.113.2", "GET", "/orders/0", null, new Recorded("/orders/:id", "GET", "404")),
			new Sent("203.0.113.3", "POST", "/orders", ORDER, new Recorded("/orders", "POST", "201")),
			new Sent("203.0.113.3", "POST", "/orders", "{}", new Recorded("/orders", "POST", "400")),
			new Sent("203.0.113.2", "GET", "/fail", null, new Recorded("/fail", "GET", "500")),
			new Sent("203.0.113.1", "GET", "/no/such/path", null, new Recorded("", "GET", "404")),
			new Sent("203.0.113.1", "GET", "/no/such/path?q=1", null, new Recorded("", "GET", "404")),
			new Sent("203.0.113.3", "GET", "/style.css", null, new Recorded("/*path", "GET", "200")),
			new Sent("203.0.113.3", "GET", "/async?millis=10", null, new Recorded("/async", "GET", "200")),
			new Sent("203.0.113.1", "GET", "/slow?millis=2100", null, new Recorded("/slow", "GET", "200").andSlow()),
			new Sent("203.0.113.1", "GET", "/slow?millis=1100", null, new Recorded("/slow", "GET", "200").andSlow())
				.unlike(new Recorded("/slow", "GET", "200"),
						"A request is slow when it took longer than the threshold"),
			new Sent("203.0.113.1", "FROB", "/orders", null, new Recorded("/orders", "_OTHER", "405"))
				.unlike(new Recorded("", "FROB", "404"), "A method that is none of HTTP's is `_OTHER`"),
			new Sent("203.0.113.1", "DELETE", "/orders", null, new Recorded("/orders", "DELETE", "405"))
				.unlike(new Recorded("", "DELETE", "404"), "A method that a route does not have"),
			new Sent("203.0.113.1", "HEAD", "/orders/1", null, new Recorded("/orders/:id", "HEAD", "200"))
				.unlike(new Recorded("", "HEAD", "404"), "`HEAD` is answered by the handler of `GET`"),
			new Sent("203.0.113.1", "GET", "/events?count=1", null, new Recorded("/events", "GET", "200").andEndless())
				.unlike(new Recorded("/events", "GET", "200"), "Streams are not in `gin_request_duration`"));

	private static SampleServer sample;

	private static Map<String, Double> samples;

	/**
	 * By the rules of gin-metrics' {@code ginMetricHandle}, one request after another.
	 */
	private static final TreeMap<String, Double> expected = new TreeMap<>();

	@BeforeAll
	static void replay() throws Exception {
		sample = SampleServer.startWith("spring.profiles.active=gin", "gmicro.metrics.naming=gmicro",
				"gmicro.http.unique-clients.enabled=true", "gmicro.http.slow-requests.threshold=1s",
				"server.forward-headers-strategy=native");
		Set<String> clients = new HashSet<>();
		for (Sent sent : TRACE) {
			int answered = sent.send(sample);
			Recorded recorded = sent.here();
			add("gin_request_total", 1);
			add("gin_uri_request_total" + recorded.labels(), 1);
			add("gin_request_body_total", sent.bodySize());
			add("gin_response_body_total", answered);
			if (clients.add(sent.client())) {
				add("gin_request_uv_total", 1);
			}
			if (recorded.slow()) {
				add("gin_slow_request_total" + recorded.labels(), 1);
			}
			if (!recorded.endless()) {
				add("gin_request_duration_count{uri=\"" + recorded.uri() + "\"}", 1);
			}
		}
		assertThat(sample.get("/actuator/health").statusCode()).isEqualTo(200);
		await().until(() -> sample.scrape().value("gin_request_total") >= TRACE.size());
		samples = read(sample.scrape());
	}

	@AfterAll
	static void stop() {
		if (sample != null) {
			sample.close();
		}
	}

	private static void add(String series, double value) {
		expected.merge(series, value, Double::sum);
	}

	private static Map<String, Double> read(Scrape scrape) {
		TreeMap<String, Double> read = new TreeMap<>();
		scrape.text().lines().filter((line) -> line.startsWith("gin_")).forEach((line) -> {
			int end = line.lastIndexOf(' ');
			read.put(line.substring(0, end), Double.valueOf(line.substring(end + 1)));
		});
		return read;
	}

	@Test
	void samplesAreThoseOfGinMetrics() {
		TreeMap<String, Double> counted = new TreeMap<>(samples);
		counted.keySet().removeIf((series) -> series.matches("gin_request_duration_(bucket|sum).*"));
		assertThat(counted).isEqualTo(expected);
	}

	@Test
	void durationsAreInSecondsAndInTheBuckets() {
		assertThat(samples.get("gin_request_duration_sum{uri=\"/slow\"}")).isBetween(3.2, 60.0);
		assertThat(samples).containsEntry("gin_request_duration_bucket{uri=\"/slow\",le=\"0.3\"}", 0.0)
			.containsEntry("gin_request_duration_bucket{uri=\"/slow\",le=\"+Inf\"}", 2.0);
		assertThat(
				samples.keySet().stream().filter((series) -> series.startsWith("gin_request_duration_bucket{uri=\"\"")))
			.containsExactlyInAnyOrder("gin_request_duration_bucket{uri=\"\",le=\"0.1\"}",
					"gin_request_duration_bucket{uri=\"\",le=\"0.3\"}",
					"gin_request_duration_bucket{uri=\"\",le=\"1.2\"}",
					"gin_request_duration_bucket{uri=\"\",le=\"5.0\"}",
					"gin_request_duration_bucket{uri=\"\",le=\"10.0\"}",
					"gin_request_duration_bucket{uri=\"\",le=\"+Inf\"}");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			gin_request_total       | counter   | all the server received request num.
			gin_request_uv_total    | counter   | all the server received ip num.
			gin_uri_request_total   | counter   | all the server received request num with every uri.
			gin_request_body_total  | counter   | the server received request body size, unit byte
			gin_response_body_total | counter   | the server send response body size, unit byte
			gin_request_duration    | histogram | the time server took to handle the request.
			gin_slow_request_total  | counter   | the server handled slow requests counter, t=1.
			""")
	void familiesHaveTypeAndHelp(String name, String type, String help) throws Exception {
		assertThat(sample.scrape().text())
			.contains("# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n");
	}

	@Test
	void noStandardFamilyOfRequestsIsThere() throws Exception {
		assertThat(sample.scrape().families())
			.noneMatch((family) -> family.matches("http_server_(request_|responses|active|slow|unique).*"));
	}

	@Test
	void everyDifferenceIsDocumentedAndIsOne() throws Exception {
		String document = Files.readString(DOCUMENT).replaceAll("\\s+", " ");
		for (Sent sent : TRACE) {
			if (sent.difference() == null) {
				assertThat(sent.here()).isEqualTo(sent.gin());
			}
			else {
				assertThat(sent.here()).isNotEqualTo(sent.gin());
				assertThat(document).contains(sent.difference());
			}
		}
	}

	@Test
	void bodiesOfUnknownLengthAreNotCounted() throws Exception {
		try (SampleServer other = SampleServer.startWith("spring.profiles.active=gin",
				"gmicro.metrics.naming=gmicro")) {
			BodyPublisher chunked = BodyPublishers
				.ofInputStream(() -> new ByteArrayInputStream(ORDER.getBytes(StandardCharsets.UTF_8)));
			assertThat(other.send("POST", "/orders", chunked, "Content-Type", "application/json").statusCode())
				.isEqualTo(201);
			await().until(() -> other.scrape().value("gin_request_total") == 1);
			assertThat(other.scrape().value("gin_request_body_total")).isZero();
		}
	}

	/**
	 * How a request is recorded.
	 *
	 * @param uri the route in gin's style
	 * @param method the label of the method
	 * @param code the status
	 * @param slow whether it counts as slow
	 * @param endless whether its duration is left out
	 */
	record Recorded(String uri, String method, String code, boolean slow, boolean endless) {

		Recorded(String uri, String method, String code) {
			this(uri, method, code, false, false);
		}

		Recorded andSlow() {
			return new Recorded(this.uri, this.method, this.code, true, false);
		}

		Recorded andEndless() {
			return new Recorded(this.uri, this.method, this.code, false, true);
		}

		String labels() {
			return "{code=\"" + this.code + "\",method=\"" + this.method + "\",uri=\"" + this.uri + "\"}";
		}

	}

	/**
	 * A request of the trace.
	 *
	 * @param client the address it comes from
	 * @param method its method
	 * @param path its path and query
	 * @param body its body, as JSON
	 * @param here how gmicro records it
	 * @param gin how gin-metrics would
	 * @param difference how the document puts it if that is something else
	 */
	record Sent(String client, String method, String path, @Nullable String body, Recorded here, Recorded gin,
			@Nullable String difference) {

		Sent(String client, String method, String path, @Nullable String body, Recorded recorded) {
			this(client, method, path, body, recorded, recorded, null);
		}

		Sent unlike(Recorded gin, String difference) {
			return new Sent(this.client, this.method, this.path, this.body, this.here, gin, difference);
		}

		int bodySize() {
			return (this.body != null) ? this.body.length() : 0;
		}

		/** Gives the size of the answer's body. */
		int send(SampleServer sample) throws IOException, InterruptedException {
			var response = sample.send(this.method, this.path,
					(this.body != null) ? BodyPublishers.ofString(this.body) : BodyPublishers.noBody(), "Content-Type",
					"application/json", "X-Forwarded-For", this.client);
			assertThat(response.statusCode()).as(this.path).hasToString(this.here.code());
			return response.body().length;
		}

	}

}
