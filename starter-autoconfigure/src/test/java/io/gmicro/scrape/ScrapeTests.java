package io.gmicro.scrape;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.gmicro.testing.Container;
import io.gmicro.testing.Labels;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Scrapes of an application in trouble, and applications with scrapers that make it.
 */
class ScrapeTests {

	private static final int SLOTS = 2;

	/** Makes an answer that no socket buffers. */
	private static final int LARGE = 60_000;

	@ParameterizedTest
	@EnumSource
	void whenFunctionOfAMeterThrowsTheRestIsServed(Container container) {
		try (TestServer server = start(container)) {
			FunctionCounter.builder("bad", this, (test) -> {
				throw new IllegalStateException("secret");
			}).register(meters(server));
			HttpResponse<String> response = server.get("/metrics");
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).contains("jvm_memory_used_bytes{").doesNotContain("bad", "secret", "\tat ");
			assertThat(server.scrape().sum("gmicro_scrape_errors_total")).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenFunctionOfAMeterBlocksTheRestIsServed(Container container) {
		CountDownLatch released = new CountDownLatch(1);
		try (TestServer server = start(container, "gmicro.metrics.endpoint.collect-timeout=200ms")) {
			FunctionCounter.builder("blocking", this, (test) -> {
				await(released);
				return 1;
			}).register(meters(server));
			for (int i = 0; i < 2 * SLOTS; i++) {
				Samples samples = server.scrape();
				assertThat(samples.hasFamily("jvm_memory_used_bytes")).isTrue();
				assertThat(samples.hasFamily("blocking_total")).isFalse();
				assertThat(samples.sum("gmicro_scrape_errors_total")).isEqualTo(i);
			}
			released.countDown();
			Awaitility.await().untilAsserted(() -> assertThat(server.scrape().hasFamily("blocking_total")).isTrue());
		}
		finally {
			released.countDown();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenNothingCouldBeCollectedAnswerIsOneLine(Container container) {
		try (TestServer server = start(container)) {
			FunctionCounter.builder("bad", this, (test) -> {
				throw new IllegalStateException("secret");
			}).register(meters(server));
			HttpResponse<String> response = server.get("/metrics?name%5B%5D=bad_total");
			assertThat(response.statusCode()).isEqualTo(500);
			assertThat(response.body()).isEqualTo("no metric could be collected, see the application's log\n");
		}
	}

	@ParameterizedTest
	@EnumSource
	void slowReaderIsCutOff(Container container) throws IOException {
		try (TestServer server = start(container, "gmicro.metrics.endpoint.write-timeout=500ms")) {
			registerMany(server);
			List<Socket> readers = new ArrayList<>();
			for (int i = 0; i < SLOTS; i++) {
				readers.add(slowReader(server));
			}
			try {
				Awaitility.await()
					.atMost(Duration.ofSeconds(30))
					.until(() -> readALittle(readers) && server.get("/metrics").statusCode() == 200);
				for (Socket reader : readers) {
					assertThat(readToTheEnd(reader)).doesNotContain("z_last_of_all");
				}
			}
			finally {
				for (Socket reader : readers) {
					reader.close();
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void readersThatReadNothingHoldTheirSlotsAndNoMore(Container container) throws Exception {
		int clients = 50;
		try (TestServer server = start(container, "server.tomcat.connection-timeout=5s",
				"server.jetty.connection-idle-timeout=5s", "server.tomcat.threads.max=12",
				"server.jetty.threads.max=20")) {
			registerMany(server);
			List<Socket> readers = new ArrayList<>();
			try {
				for (int i = 0; i < clients; i++) {
					readers.add(slowReader(server));
				}
				Awaitility.await()
					.atMost(Duration.ofSeconds(30))
					.until(() -> count(server, "gmicro.scrape.errors") >= clients - SLOTS);
				for (int i = 0; i < 500; i++) {
					assertThat(server.get("/hello").body()).isEqualTo("hello");
					assertThat(scraping()).isLessThanOrEqualTo(SLOTS);
				}
				Awaitility.await()
					.atMost(Duration.ofSeconds(30))
					.untilAsserted(() -> assertThat(server.get("/metrics").statusCode()).isEqualTo(200));
			}
			finally {
				for (Socket reader : readers) {
					reader.close();
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void twoHundredScrapesAtOnceFailNoBusinessRequest(Container container) throws Exception {
		int clients = 200;
		CountDownLatch released = new CountDownLatch(1);
		ExecutorService threads = Executors.newFixedThreadPool(clients / 4);
		try (TestServer server = start(container, "gmicro.metrics.endpoint.collect-timeout=1m")) {
			Gauge.builder("held", () -> {
				await(released);
				return 1;
			}).register(meters(server));
			List<Future<HttpResponse<String>>> scrapes = new ArrayList<>();
			for (int i = 0; i < clients; i++) {
				scrapes.add(threads.submit(() -> server.get("/metrics")));
			}
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.until(() -> count(server, "gmicro.scrape.errors") == clients - SLOTS);
			assertThat(scraping()).isEqualTo(SLOTS);
			assertThat(count(server, "gmicro.scrapes")).isEqualTo(SLOTS);
			for (int i = 0; i < clients; i++) {
				assertThat(server.get("/hello").body()).isEqualTo("hello");
			}
			released.countDown();
			int served = 0;
			for (Future<HttpResponse<String>> scrape : scrapes) {
				HttpResponse<String> response = scrape.get(1, TimeUnit.MINUTES);
				if (response.statusCode() == 200) {
					assertThat(response.body()).contains("held 1.0");
					served++;
				}
				else {
					assertThat(response.statusCode()).isEqualTo(503);
					assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
				}
			}
			assertThat(served).isEqualTo(SLOTS);
			Awaitility.await()
				.untilAsserted(() -> assertThat(server.scrape().sum("http_server_responses_total")).isEqualTo(clients));
		}
		finally {
			released.countDown();
			threads.shutdownNow();
		}
	}

	@ParameterizedTest
	@EnumSource
	void scrapeThatIsRunningAtShutdownIsAnswered(Container container) throws Exception {
		CountDownLatch collecting = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		try (TestServer server = start(container, "server.shutdown=graceful")) {
			Gauge.builder("slow", () -> {
				collecting.countDown();
				await(released);
				return 1;
			}).register(meters(server));
			FutureTask<HttpResponse<String>> scrape = background(() -> server.get("/metrics"));
			assertThat(collecting.await(20, TimeUnit.SECONDS)).isTrue();
			FutureTask<Boolean> shutdown = background(() -> {
				server.close();
				return true;
			});
			Awaitility.await().until(() -> !isAccepting(server.port()) || !server.context().isRunning());
			released.countDown();
			assertThat(scrape.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
			assertThat(scrape.get().body()).contains("slow 1.0");
			assertThat(shutdown.get(40, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			released.countDown();
		}
	}

	@ParameterizedTest
	@EnumSource
	void managementPortAnswersWhileTheApplicationDrains(Container container) throws Exception {
		Application.reset();
		try (TestServer server = start(container, "server.shutdown=graceful", "management.server.port=0")) {
			int managementPort = server.context()
				.getEnvironment()
				.getRequiredProperty("local.management.port", Integer.class);
			int port = server.port();
			FutureTask<HttpResponse<String>> request = background(() -> server.get("/wait"));
			assertThat(Application.waiting.await(20, TimeUnit.SECONDS)).isTrue();
			FutureTask<Boolean> shutdown = background(() -> {
				server.close();
				return true;
			});
			Awaitility.await().until(() -> !isAccepting(port));
			String scrape = RawClient.answer(managementPort, "GET /metrics HTTP/1.0");
			assertThat(scrape).startsWith("HTTP/1.1 200")
				.contains("http_server_active_requests{" + Labels.request("GET") + "} 1.0");
			Application.released.countDown();
			assertThat(request.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
			assertThat(shutdown.get(40, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			Application.released.countDown();
		}
	}

	private static TestServer start(Container container, String... properties) {
		List<String> all = new ArrayList<>(
				List.of("gmicro.metrics.enabled=true", "gmicro.metrics.endpoint.max-concurrent=" + SLOTS));
		all.addAll(List.of(properties));
		return TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	private static PrometheusMeterRegistry meters(TestServer server) {
		return server.context().getBean(PrometheusMeterRegistry.class);
	}

	private static double count(TestServer server, String name) {
		return meters(server).get(name).counter().count();
	}

	/** How many of the server's threads are within a scrape, or wait for one. */
	private static long scraping() {
		return Thread.getAllStackTraces()
			.values()
			.stream()
			.filter((stack) -> Stream.of(stack)
				.anyMatch((frame) -> frame.getClassName().equals(MetricsServlet.class.getName())))
			.count();
	}

	private static void registerMany(TestServer server) {
		for (int i = 0; i < LARGE; i++) {
			meters(server).counter("many", "number", "a-rather-long-value-to-fill-the-answer-with-" + i);
		}
		meters(server).counter("z.last.of.all");
	}

	private static Socket slowReader(TestServer server) throws IOException {
		Socket socket = new Socket();
		socket.setReceiveBufferSize(4096);
		socket.setSoTimeout(20_000);
		socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
		socket.getOutputStream()
			.write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	private static boolean readALittle(List<Socket> readers) throws IOException {
		for (Socket reader : readers) {
			reader.getInputStream().readNBytes(20_000);
		}
		return true;
	}

	private static String readToTheEnd(Socket reader) {
		StringBuilder text = new StringBuilder();
		byte[] part = new byte[1 << 16];
		try {
			InputStream in = reader.getInputStream();
			for (int read = in.read(part); read >= 0; read = in.read(part)) {
				text.append(new String(part, 0, read, StandardCharsets.ISO_8859_1));
			}
		}
		catch (IOException ex) {
			return text.toString();
		}
		return text.toString();
	}

	private static boolean isAccepting(int port) {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static <T> FutureTask<T> background(Callable<T> task) {
		FutureTask<T> future = new FutureTask<>(task);
		new Thread(future).start();
		return future;
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		static volatile CountDownLatch waiting = new CountDownLatch(1);

		static volatile CountDownLatch released = new CountDownLatch(1);

		static void reset() {
			waiting = new CountDownLatch(1);
			released = new CountDownLatch(1);
		}

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping("/wait")
		String hold() throws InterruptedException {
			waiting.countDown();
			return Boolean.toString(released.await(30, TimeUnit.SECONDS));
		}

	}

}
