package io.gmicro.slow;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

import io.gmicro.diagnostics.OwnCode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which slow requests are kept.
 */
class SlowHistoryTests {

	private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");

	@Test
	void keepsAllWhileThereIsRoom() {
		SlowHistory history = new SlowHistory(100);
		IntStream.range(0, 100).forEach((i) -> history.add(request("/a", i / 10.0, 1)));
		assertThat(history.newestFirst()).hasSize(100);
	}

	@Test
	void beginningOfAnIncidentSurvivesItsEnd() {
		SlowHistory history = new SlowHistory(100);
		SlowRequest before = request("/rare", -3000, 2);
		history.add(before);
		SlowRequest first = request("/orders", 0, 1.5);
		history.add(first);
		for (int i = 1; i < 267 * 10; i++) {
			history.add(request("/orders", i * 0.5, (i == 1000) ? 38.8 : 1 + i % 7));
			history.add(request("/victim", i * 0.5, 1));
		}
		List<SlowRequest> kept = history.newestFirst();
		assertThat(kept).hasSize(100).contains(before, first);
		assertThat(kept.stream().map(SlowRequest::duration)).contains(Duration.ofMillis(38_800));
		// Each minute of the incident is there
		long minutes = kept.stream()
			.filter((request) -> request.route().equals("/orders"))
			.map((request) -> Duration.between(START, request.start()).toMinutes())
			.distinct()
			.count();
		assertThat(minutes).isGreaterThanOrEqualTo(15);
	}

	@Test
	void requestsOfAColdStartDoNotPushOutOthers() {
		SlowHistory history = new SlowHistory(20);
		for (int i = 0; i < 48; i++) {
			history.add(request("/orders", i * 0.01, 30, true));
		}
		SlowRequest warm = request("/orders", 29, 2, false);
		history.add(warm);
		for (int i = 0; i < 30; i++) {
			history.add(request("/orders", 30 + i * 0.1, 1.5, false));
		}
		assertThat(history.newestFirst()).hasSize(20).contains(warm);
	}

	@Test
	void slowestOfARouteStays() {
		SlowHistory history = new SlowHistory(3);
		SlowRequest slowest = request("/orders", 0, 100);
		history.add(slowest);
		for (int minute = 3; minute < 1000; minute++) {
			history.add(request("/orders", minute * 60, 1));
		}
		assertThat(history.newestFirst()).hasSize(3).contains(slowest);
	}

	private static SlowRequest request(String route, double second, double duration) {
		return request(route, second, duration, false);
	}

	private static SlowRequest request(String route, double second, double duration, boolean coldStart) {
		return new SlowRequest(START.plusMillis((long) (second * 1000)), "GET", route, "200",
				Duration.ofMillis((long) (duration * 1000)), null, coldStart,
				new RequestSamples(0, 1, OwnCode.UNKNOWN));
	}

}
