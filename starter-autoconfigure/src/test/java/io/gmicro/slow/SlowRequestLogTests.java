package io.gmicro.slow;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.sampling.Pauses;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The lines of slow requests, which are all that is left after a restart.
 */
@ExtendWith(OutputCaptureExtension.class)
class SlowRequestLogTests {

	private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final String RUNNING = "Slow request still running: ";

	private static final String MORE = " more within a minute, not logged";

	private final SlowRequestLog log = new SlowRequestLog(new OwnCode(List.of("shop")));

	@Test
	void lineNamesTheFirstCallOfTheApplicationAndWhatItWaitsIn(CapturedOutput output) {
		this.log.ended(request(List.of("sun.nio.ch.SocketDispatcher", "sun.nio.ch.NioSocketImpl", "org.h2.Transfer",
				"org.h2.Session", "org.springframework.jdbc.core.JdbcTemplate", "shop.Reports", "jdk.proxy2.$Proxy9",
				"shop.ReportController", "org.apache.Container")), 0);
		assertThat(output).contains("Slow request: GET /reports took 2.000 s, status 200, lock 37 %, "
				+ "1 of 1 sample in shop.Reports.run(Source.java:7), of which 1 in org.h2.Transfer.run(Source.java:7)");
	}

	@Test
	void lineOfAnApplicationThatCallsTheJdkNamesTheCall(CapturedOutput output) {
		this.log.ended(request(List.of("jdk.internal.misc.Unsafe", "java.util.concurrent.CompletableFuture",
				"shop.Reports", "org.apache.Container")), 0);
		assertThat(output).contains("1 of 1 sample in shop.Reports.run(Source.java:7), "
				+ "of which 1 in java.util.concurrent.CompletableFuture.run(Source.java:7)");
	}

	@Test
	void lineOfAnAsynchronousRequestSaysThatItHeldNoThread(CapturedOutput output) {
		RequestSamples later = new RequestSamples(0, SECOND, OwnCode.UNKNOWN);
		later.end(2 * SECOND, new Pauses());
		this.log.ended(request("/later", later), 0);
		RequestSamples soon = new RequestSamples(0, SECOND, OwnCode.UNKNOWN);
		soon.endedOn("thread");
		soon.end(2 * SECOND, new Pauses());
		this.log.ended(request("/soon", soon), 0);
		assertThat(output)
			.contains("GET /later took 2.000 s, status 200, async 100 %, not sampled because it held no thread")
			.contains("GET /soon took 2.000 s, status 200, not_sampled 100 %, ended before the first sample");
	}

	@Test
	void linesThatWereNotWrittenAreCountedWhenTheMinuteIsOver(CapturedOutput output) {
		for (int i = 0; i < 50; i++) {
			this.log.ended(request(List.of("shop.Reports")), i);
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains("Slow request: "))).hasSize(20);
		this.log.tick(MINUTE - 1);
		assertThat(output).doesNotContain(MORE);
		this.log.tick(MINUTE);
		assertThat(output).contains("Slow requests: 30" + MORE);
		this.log.tick(3 * MINUTE);
		this.log.close();
		assertThat(output.getOut().lines().filter((line) -> line.contains(MORE))).hasSize(1);
		this.log.ended(request(List.of("shop.Reports")), 3 * MINUTE);
		assertThat(output.getOut().lines().filter((line) -> line.contains("Slow request: "))).hasSize(21);
	}

	@Test
	void linesThatWereNotWrittenAreCountedWhenTheApplicationStops(CapturedOutput output) {
		for (int i = 0; i < 25; i++) {
			this.log.ended(request(List.of("shop.Reports")), i);
		}
		this.log.close();
		assertThat(output).contains("Slow requests: 5" + MORE);
	}

	@Test
	void requestThatNeverEndsHasALineOnceItPassesItsThreshold(CapturedOutput output) throws Exception {
		MeterRegistry registry = new SimpleMeterRegistry();
		ActiveExchanges active = new ActiveExchanges(registry);
		CountDownLatch released = new CountDownLatch(1);
		try (SlowRequests slow = new SlowRequests(registry, active, new Thresholds(Duration.ofMillis(50), Map.of()), 10,
				TraceIds.NONE)) {
			slow.start();
			ExchangeFilter filter = new ExchangeFilter(List.of(slow, active), List.of(), 10, registry);
			Thread endless = new Thread(() -> serve(filter, released));
			endless.start();
			Awaitility.await().untilAsserted(() -> assertThat(output).contains(RUNNING));
			assertThat(output.getOut().lines().filter((line) -> line.contains(RUNNING))).singleElement()
				.asString()
				.matches(".*" + RUNNING
						+ "GET \\(not matched yet\\) after \\d+\\.\\d{3} s, threshold 0\\.050 s, other \\d+ %, "
						+ "in io\\.gmicro\\.slow\\.SlowRequestLogTests\\.await\\(.*\\), "
						+ "in java\\.util\\.concurrent\\.CountDownLatch\\.await\\(.*\\)");
			assertThat(output).doesNotContain("Slow request: ");
			released.countDown();
			endless.join();
			Awaitility.await().untilAsserted(() -> assertThat(output).contains("Slow request: "));
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains(RUNNING))).hasSize(1);
	}

	private static void serve(ExchangeFilter filter, CountDownLatch released) {
		try {
			filter.doFilter(new MockHttpServletRequest("GET", "/"), new MockHttpServletResponse(),
					(request, response) -> await(released));
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static SlowRequest request(List<String> classes) {
		StackTraceElement[] stack = classes.stream()
			.map((name) -> new StackTraceElement(name, "run", "Source.java", 7))
			.toArray(StackTraceElement[]::new);
		Pauses pauses = new Pauses();
		RequestSamples samples = new RequestSamples(0, SECOND, OwnCode.UNKNOWN);
		samples.add(Thread.currentThread(), "lock", stack, SECOND / 40, pauses);
		samples.end(SECOND / 30, pauses);
		return request("/reports", samples);
	}

	private static SlowRequest request(String route, RequestSamples samples) {
		return new SlowRequest(Instant.EPOCH, "GET", route, "200", Duration.ofSeconds(2), null, false, samples);
	}

}
