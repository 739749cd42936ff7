package io.gmicro.recorder;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long windows are kept, and which of them a time span overlaps.
 */
class HistoryWindowsTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	@Test
	void windowsAreKeptForTheirTime() {
		HistoryWindows windows = new HistoryWindows(Duration.ofMinutes(2), 1 << 20);
		assertThat(windows.since()).isNull();
		for (int i = 0; i < 10; i++) {
			windows.add(window(i, 100));
		}
		// The one that ended two minutes before is kept
		assertThat(windows.since()).isEqualTo(START.plusSeconds(5 * 30));
		assertThat(windows.bytes()).isBetween(500L, 5 * 1000L);
		windows.evict(Long.MAX_VALUE / 2);
		assertThat(windows.since()).isNull();
		assertThat(windows.bytes()).isZero();
	}

	@Test
	void oldestWindowsAreEvictedIfTheyTakeTooMuchMemory() {
		HistoryWindows windows = new HistoryWindows(Duration.ofDays(1), 10_000);
		for (int i = 0; i < 100; i++) {
			windows.add(window(i, 1000));
			assertThat(windows.bytes()).isLessThanOrEqualTo(10_000);
		}
		assertThat(windows.overlapping(0, 100 * 30 * SECOND)).hasSizeBetween(5, 10)
			.last()
			.extracting(HistoryWindow::startNanos)
			.isEqualTo(99 * 30 * SECOND);
		windows.add(window(100, 20_000));
		assertThat(windows.bytes()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "0, 300, 10", "0, 30, 1", "0, 31, 2", "30, 60, 1", "29, 61, 3", "45, 50, 1", "300, 400, 0",
			"-10, 0, 0" })
	void timeSpanSelectsTheWindowsThatItOverlaps(long from, long to, int expected) {
		HistoryWindows windows = new HistoryWindows(Duration.ofDays(1), 1 << 20);
		for (int i = 0; i < 10; i++) {
			windows.add(window(i, 1));
		}
		List<HistoryWindow> found = windows.overlapping(from * SECOND, to * SECOND);
		assertThat(found).hasSize(expected).isSortedAccordingTo((a, b) -> Long.compare(a.startNanos(), b.startNanos()));
	}

	@Test
	void thresholdOfWaitsFollowsTheirNumber() {
		WaitThreshold threshold = new WaitThreshold();
		assertThat(threshold).hasToString("160 ms");
		assertThat(threshold.adapt(100, Duration.ofSeconds(1))).isFalse();
		assertThat(threshold.adapt(6001, Duration.ofSeconds(30))).isTrue();
		assertThat(threshold).hasToString("320 ms");
		for (int i = 0; i < 10; i++) {
			threshold.adapt(10_000, Duration.ofSeconds(1));
		}
		assertThat(threshold).hasToString("1280 ms");
		for (int i = 0; i < 10; i++) {
			threshold.adapt(0, Duration.ofSeconds(1));
		}
		assertThat(threshold).hasToString("20 ms");
		assertThat(threshold.settings()).isEqualTo(Map.of("threshold", "20 ms"));
	}

	private static HistoryWindow window(int index, int bytes) {
		return new HistoryWindow(START.plusSeconds(30L * index), 30 * index * SECOND, 30 * (index + 1) * SECOND,
				Map.of(ProfileKind.PROFILE, new byte[bytes]));
	}

}
