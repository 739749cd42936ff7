package io.gmicro.http;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.management.ThreadMXBean;
import io.gmicro.jfr.Jfr;
import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a recording that asks for it is told of requests, and that nothing happens without
 * one.
 */
class RequestEventsTests {

	private static final String EVENT = "gmicro.HttpRequest";

	private static final String[] PROPERTIES = { "gmicro.metrics.enabled=true", "gmicro.pprof.enabled=true",
			"gmicro.diagnostics.access=unrestricted" };

	private static final int REQUESTS = 100_000;

	/** Whatever test uses the recorder first decides how deep its stacks are. */
	@BeforeAll
	static void recorder() throws IOException {
		Jfr.prepare();
	}

	@TempDir
	private Path directory;

	@ParameterizedTest
	@EnumSource
	void requestsAreToldWithThreadRouteMethodAndDuration(Container container) throws IOException {
		try (TestServer server = start(container); Recording recording = recording()) {
			Controller controller = server.context().getBean(Controller.class);
			assertThat(server.get("/orders/7").statusCode()).isEqualTo(200);
			assertThat(
					server.send("/orders", (request) -> request.POST(HttpRequest.BodyPublishers.noBody())).statusCode())
				.isEqualTo(500);
			assertThat(server.get("/nothing").statusCode()).isEqualTo(404);
			List<RecordedEvent> events = eventsAfter(server, recording, 3);
			assertThat(events).extracting((event) -> event.getString("method") + " " + event.getString("route"))
				.containsExactlyInAnyOrder("GET /orders/{id}", "POST /orders", "GET NOT_FOUND");
			assertThat(controller.calls).hasSize(2)
				.allSatisfy((call) -> assertThat(events).anySatisfy((event) -> assertCovers(event, call)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void asynchronousRequestIsToldForEachThreadThatServedIt(Container container) throws IOException {
		try (TestServer server = start(container); Recording recording = recording()) {
			Controller controller = server.context().getBean(Controller.class);
			assertThat(server.get("/later/7").body()).isEqualTo("later");
			List<RecordedEvent> events = eventsAfter(server, recording, 2);
			assertThat(events).hasSize(2).allSatisfy((event) -> {
				assertThat(event.getString("method")).isEqualTo("GET");
				assertThat(event.getString("route")).isEqualTo("/later/{id}");
				assertThat(event.getThread("server").getJavaThreadId()).isEqualTo(event.getThread().getJavaThreadId());
			});
			assertThat(controller.calls).singleElement()
				.satisfies((call) -> assertThat(events).anySatisfy((event) -> assertCovers(event, call)));
			long served = events.stream().mapToLong((event) -> event.getLong("served")).sum();
			assertThat(Duration.ofNanos(served)).isLessThan(Duration.between(start(events), end(events)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void requestThatIsBeingServedIsToldWhenTheRecordingEnds(Container container) throws Exception {
		try (TestServer server = start(container)) {
			Controller controller = server.context().getBean(Controller.class);
			CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> server.get("/held/7").statusCode());
			assertThat(controller.entered.await(10, TimeUnit.SECONDS)).isTrue();
			try (Recording recording = recording()) {
				recording.stop();
				assertThat(events(recording)).singleElement().satisfies((event) -> {
					assertThat(event.getString("method")).isEqualTo("GET");
					assertThat(event.getString("route")).isEqualTo("/held/{id}");
					assertCovers(event, Objects.requireNonNull(controller.held));
					assertThat(event.getThread("server").getJavaThreadId())
						.isNotEqualTo(event.getThread().getJavaThreadId());
				});
			}
			finally {
				controller.released.countDown();
			}
			assertThat(answer.join()).isEqualTo(200);
		}
	}

	@Test
	void recordingThatDoesNotAskIsToldNothing() throws IOException {
		try (TestServer server = TestServer.start(Container.TOMCAT, Controller.class, PROPERTIES);
				Recording recording = new Recording()) {
			recording.start();
			assertThat(server.get("/orders/7").statusCode()).isEqualTo(200);
			recording.stop();
			assertThat(events(recording)).isEmpty();
		}
	}

	@Test
	void whileNobodyAsksNothingIsAllocated() {
		try (RequestEvents events = new RequestEvents(() -> null)) {
			Exchange exchange = Requests.exchange("GET");
			observe(events, exchange);
			ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
			long before = threads.getCurrentThreadAllocatedBytes();
			long cost = threads.getCurrentThreadAllocatedBytes() - before;
			before = threads.getCurrentThreadAllocatedBytes();
			observe(events, exchange);
			long allocated = threads.getCurrentThreadAllocatedBytes() - before - cost;
			assertThat((double) allocated / REQUESTS).isLessThan(1);
		}
	}

	private static void observe(RequestEvents events, Exchange exchange) {
		for (int i = 0; i < REQUESTS; i++) {
			events.onStart(exchange);
			events.onAsync(exchange);
			events.onDispatch(exchange, exchange.startNanos());
			events.onEnd(exchange);
		}
	}

	@Test
	void afterItIsClosedNothingIsToldOfRequestsThatAreBeingServed() throws IOException {
		ActiveExchanges active = new ActiveExchanges(new SimpleMeterRegistry());
		active.onStart(Requests.exchange("GET"));
		RequestEvents events = new RequestEvents(() -> active);
		try (Recording recording = recording()) {
			recording.stop();
			assertThat(events(recording)).hasSize(1);
		}
		events.close();
		try (Recording recording = recording()) {
			recording.stop();
			assertThat(events(recording)).isEmpty();
		}
	}

	/** The start of another recording has what is being served told as well. */
	private static TestServer start(Container container) {
		TestServer server = TestServer.start(container, Controller.class, PROPERTIES);
		Awaitility.await()
			.until(() -> FlightRecorder.getFlightRecorder()
				.getRecordings()
				.stream()
				.anyMatch((recording) -> recording.getName().startsWith("gmicro")
						&& recording.getState() == RecordingState.RUNNING));
		return server;
	}

	private static Recording recording() {
		FlightRecorder.register(RequestEvents.RequestEvent.class);
		Recording recording = new Recording();
		recording.enable(EVENT);
		recording.start();
		return recording;
	}

	/**
	 * A client may have its answer before the end of the request is told, and what is
	 * being served when events are read is told once more.
	 */
	private List<RecordedEvent> eventsAfter(TestServer server, Recording recording, int count) throws IOException {
		ActiveExchanges active = server.context().getBean(ActiveExchanges.class);
		Awaitility.await().until(() -> isEmpty(active));
		List<RecordedEvent> events = Awaitility.await().until(() -> events(recording), (seen) -> seen.size() >= count);
		recording.stop();
		return events;
	}

	private static boolean isEmpty(ActiveExchanges active) {
		AtomicInteger count = new AtomicInteger();
		active.operations().forEach((operation) -> count.incrementAndGet());
		return count.get() == 0;
	}

	private List<RecordedEvent> events(Recording recording) throws IOException {
		Path file = this.directory.resolve(System.nanoTime() + ".jfr");
		recording.dump(file);
		return RecordingFile.readAllEvents(file)
			.stream()
			.filter((event) -> event.getEventType().getName().equals(EVENT))
			.toList();
	}

	private static void assertCovers(RecordedEvent event, Call call) {
		assertThat(event.getThread("server").getJavaThreadId()).isEqualTo(call.thread());
		assertThat(event.getEndTime().minusNanos(event.getLong("served"))).isBeforeOrEqualTo(call.time());
		assertThat(event.getEndTime()).isAfterOrEqualTo(call.time());
		assertThat(Duration.ofNanos(event.getLong("served"))).isLessThan(Duration.ofSeconds(10));
	}

	private static Instant start(List<RecordedEvent> events) {
		return events.stream()
			.map((event) -> event.getEndTime().minusNanos(event.getLong("served")))
			.min(Instant::compareTo)
			.orElseThrow();
	}

	private static Instant end(List<RecordedEvent> events) {
		return events.stream().map(RecordedEvent::getEndTime).max(Instant::compareTo).orElseThrow();
	}

	/** Who called a handler when. */
	private record Call(long thread, Instant time) {

		@SuppressWarnings("deprecation")
		static Call now() {
			return new Call(Thread.currentThread().getId(), Instant.now());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Controller {

		private final List<Call> calls = new ArrayList<>();

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch released = new CountDownLatch(1);

		private volatile @Nullable Call held;

		@GetMapping("/orders/{id}")
		String order(@PathVariable String id) {
			this.calls.add(Call.now());
			return id;
		}

		@PostMapping("/orders")
		String create() {
			this.calls.add(Call.now());
			throw new IllegalStateException("planned");
		}

		@GetMapping("/later/{id}")
		CompletableFuture<String> later(@PathVariable String id) {
			this.calls.add(Call.now());
			return CompletableFuture.supplyAsync(() -> "later",
					CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS));
		}

		@GetMapping("/held/{id}")
		String held(@PathVariable String id) throws InterruptedException {
			this.held = Call.now();
			this.entered.countDown();
			return id + this.released.await(30, TimeUnit.SECONDS);
		}

	}

}
