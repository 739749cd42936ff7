package io.gmicro.recorder;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.gmicro.jfr.Jfr;
import io.gmicro.jfr.Platform;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.testing.Waits;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

/**
 * Profiles of the past, compared with what happened then.
 */
class ProfileHistoryTests {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final long MEGABYTE = 1 << 20;

	/** Longer than the shortest wait that is recorded at first. */
	private static final Duration LONG_WAIT = Duration.ofMillis(400);

	/** A window begins a moment before the test looks, and ends after it. */
	private static final long EDGES = TimeUnit.MILLISECONDS.toNanos(80);

	private static CumulativeProfiles cumulative;

	/** Each call of {@code maintain()} but the first ends a window. */
	private final ProfileHistory history = new ProfileHistory(Duration.ofMinutes(10), 16 * MEGABYTE,
			Duration.ofNanos(1));

	private volatile double sink;

	private volatile byte[] allocated = {};

	@BeforeAll
	static void prepare() throws IOException {
		Jfr.prepare();
		cumulative = new CumulativeProfiles();
	}

	@AfterAll
	static void stop() {
		cumulative.close();
	}

	@AfterEach
	void close() {
		this.history.close();
	}

	@Test
	void cpuProfilesAreThoseOfTheirWindows() throws Exception {
		this.history.maintain();
		long before = Platform.processCpuTime();
		Span first = new Span();
		red(SECOND);
		first.end();
		this.history.maintain();
		Span second = new Span();
		blue(SECOND);
		second.end();
		long process = Platform.processCpuTime() - before;
		this.history.maintain();
		assertBurned(past(ProfileKind.PROFILE, first), "red", SECOND);
		assertThat(sum(past(ProfileKind.PROFILE, first), "blue", 1)).isLessThan(SECOND / 20);
		assertThat(sum(past(ProfileKind.PROFILE, second), "red", 1)).isLessThan(SECOND / 20);
		assertBurned(past(ProfileKind.PROFILE, second), "blue", SECOND);
		Profile both = past(ProfileKind.PROFILE, first.and(second));
		assertThat(sum(both, "", 1)).isCloseTo(process, within(process / 50 + EDGES));
		assertThat(text(both)).containsPattern("From 2\\S+Z to 2\\S+Z: kept in windows").doesNotContain("Missing");
	}

	@Test
	void allocationsAreThoseOfTheirWindows() throws Exception {
		this.history.maintain();
		allocate(100);
		this.history.maintain();
		Span first = new Span();
		allocate(2000);
		first.end();
		this.history.maintain();
		Span second = new Span();
		red(SECOND / 10);
		second.end();
		this.history.maintain();
		assertThat(sum(past(ProfileKind.ALLOCS, first), "allocate", 1)).isCloseTo(2000 * MEGABYTE, withPercentage(30));
		assertThat(sum(past(ProfileKind.ALLOCS, second), "allocate", 1)).isLessThan(100 * MEGABYTE);
	}

	@Test
	void waitsAreThoseOfTheirWindows() throws Exception {
		Waits.Starter starter = (task) -> new Thread(task).start();
		this.history.maintain();
		Span first = new Span();
		Waits lock = Waits.forMonitor(starter);
		first.end();
		this.history.maintain();
		Span second = new Span();
		long result = Waits.park(starter, LONG_WAIT);
		second.end();
		this.history.maintain();
		for (ProfileKind kind : new ProfileKind[] { ProfileKind.MUTEX, ProfileKind.BLOCK }) {
			assertThat(sum(past(kind, first), "Waits.enter", 1)).as("%s", kind)
				.isBetween(lock.shortest(), lock.longest());
			assertThat(sum(past(kind, second), "Waits.enter", 1)).as("%s", kind).isZero();
		}
		assertThat(sum(past(ProfileKind.BLOCK, second), "Waits.park", 1)).isBetween(LONG_WAIT.toNanos() / 10 * 9,
				result);
		assertThat(sum(past(ProfileKind.MUTEX, second), "Waits.park", 1)).isZero();
		assertThat(sum(past(ProfileKind.BLOCK, first), "Waits.park", 1)).isZero();
		assertThat(text(past(ProfileKind.BLOCK, second))).containsPattern("of at least \\d+ ms");
	}

	/** They are counted from the first request for them on. */
	@Test
	void waitsOfTheHistoryAreNotCountedBefore() throws Exception {
		try (CumulativeProfiles counted = new CumulativeProfiles()) {
			this.history.maintain();
			Span span = new Span();
			Waits.park((task) -> new Thread(task).start(), LONG_WAIT);
			span.end();
			this.history.maintain();
			assertThat(sum(past(ProfileKind.BLOCK, span), "Waits.park", 1)).isPositive();
			assertThat(sum(counted.get(EventProfile.BLOCK), "Waits.park", 1)).isZero();
			Waits.park((task) -> new Thread(task).start(), LONG_WAIT);
			assertThat(sum(counted.get(EventProfile.BLOCK), "Waits.park", 1)).isPositive();
		}
	}

	@Test
	void threadThatHeldAMonitorIsALabel() throws Exception {
		this.history.maintain();
		Span span = new Span();
		Waits lock = Waits.forMonitor((task) -> new Thread(task).start());
		assertThat(lock.shortest()).isPositive();
		span.end();
		this.history.maintain();
		List<String> owners = new ArrayList<>();
		past(ProfileKind.MUTEX, span).forEach((stack, labels, values) -> {
			if (stack.get(0).function().endsWith("Waits.enter")) {
				owners.add(labels.getOrDefault("owner", ""));
			}
		});
		assertThat(owners).singleElement().asString().startsWith("Thread-");
	}

	@Test
	void profilesOnDemandAreNotAffectedAndDoNotAffectIt() throws Exception {
		this.history.maintain();
		Span span = new Span();
		red(SECOND / 2);
		Profile onDemand;
		try (JfrCollector window = new JfrCollector(
				new CpuProfileBuilder(CpuSource.best(), CpuSamples.PERIOD, Set.of()))) {
			red(SECOND);
			this.history.maintain();
			red(SECOND);
			onDemand = window.finish(Duration.ofSeconds(2));
		}
		red(SECOND / 2);
		span.end();
		this.history.maintain();
		assertBurned(onDemand, "red", 2 * SECOND);
		assertBurned(past(ProfileKind.PROFILE, span), "red", 3 * SECOND);
	}

	@Test
	void recordingOfTheUserIsNotAffectedAndDoesNotAffectIt(@TempDir Path directory) throws Exception {
		Path file = directory.resolve("user.jfr");
		this.history.maintain();
		try (Recording user = new Recording()) {
			user.enable("jdk.ExecutionSample").with("period", "1 ms");
			user.enable("jdk.ThreadPark").with("threshold", "0 ms");
			user.start();
			Span span = new Span();
			red(SECOND);
			this.history.maintain();
			red(SECOND);
			span.end();
			this.history.maintain();
			assertBurned(past(ProfileKind.PROFILE, span), "red", 2 * SECOND);
			user.stop();
			user.dump(file);
		}
		long samples = RecordingFile.readAllEvents(file)
			.stream()
			.filter((event) -> event.getEventType().getName().equals("jdk.ExecutionSample"))
			.count();
		assertThat(samples).isGreaterThan(50);
		this.history.maintain();
		Span after = new Span();
		blue(SECOND);
		after.end();
		this.history.maintain();
		assertBurned(past(ProfileKind.PROFILE, after), "blue", SECOND);
	}

	@Test
	void requestEndsTheRunningWindow() throws Exception {
		ProfileHistory slow = new ProfileHistory(Duration.ofHours(2), MEGABYTE, Duration.ofHours(1));
		try {
			slow.maintain();
			assertThatExceptionOfType(ProfilingException.class)
				.isThrownBy(() -> slow.past(ProfileKind.PROFILE, Duration.ofMinutes(5), Duration.ofMinutes(5)))
				.withMessage("nothing was kept then: the history is empty")
				.satisfies((ex) -> assertThat(ex.status()).isEqualTo(400));
			Span span = new Span();
			red(11 * SECOND / 10);
			span.end();
			slow.maintain();
			assertBurned(slow.past(ProfileKind.PROFILE, span.ago(), span.length()), "red", 11 * SECOND / 10);
			assertThat(slow.state().since()).isNotNull();
			assertThat(slow.state().bytes()).isBetween(1000L, MEGABYTE);
			// The next one has just begun
			Profile again = slow.past(ProfileKind.PROFILE, Duration.ofMinutes(5), Duration.ofMinutes(5));
			assertThat(text(again)).containsPattern("Missing: 29\\d s of the time span");
		}
		finally {
			slow.close();
		}
	}

	@Test
	void recordingThatIsLostIsStartedAgain() throws Exception {
		this.history.maintain();
		FlightRecorder.getFlightRecorder()
			.getRecordings()
			.stream()
			.filter((recording) -> recording.getName().equals("gmicro history"))
			.forEach(Recording::close);
		this.history.maintain();
		assertThat(this.history.state().problem()).isEqualTo("the recording was lost");
		assertThatExceptionOfType(ProfilingException.class)
			.isThrownBy(() -> this.history.past(ProfileKind.MUTEX, Duration.ofMinutes(5), Duration.ofMinutes(5)))
			.withMessage("nothing was kept then: the recording was lost")
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(503));
		this.history.maintain();
		Span span = new Span();
		red(SECOND / 2);
		span.end();
		this.history.maintain();
		assertThat(this.history.state().problem()).isNull();
		assertBurned(past(ProfileKind.PROFILE, span), "red", SECOND / 2);
	}

	@Test
	void nothingIsRecordedOnceItIsClosed() {
		this.history.maintain();
		assertThat(isRecording()).isTrue();
		this.history.close();
		assertThat(isRecording()).isFalse();
	}

	private static boolean isRecording() {
		return FlightRecorder.getFlightRecorder()
			.getRecordings()
			.stream()
			.anyMatch((recording) -> recording.getName().equals("gmicro history"));
	}

	private Profile past(ProfileKind kind, Span span) throws ProfilingException, IOException {
		return this.history.past(kind, span.ago(), span.length());
	}

	private void red(long cpuNanos) {
		burn(cpuNanos);
	}

	private void blue(long cpuNanos) {
		burn(cpuNanos);
	}

	private void burn(long cpuNanos) {
		long end = THREADS.getCurrentThreadCpuTime() + cpuNanos;
		while (THREADS.getCurrentThreadCpuTime() < end) {
			for (int i = 0; i < 10_000; i++) {
				this.sink += Math.sqrt(i);
			}
		}
	}

	private void allocate(int megabytes) {
		for (int i = 0; i < 10 * megabytes; i++) {
			this.allocated = new byte[(int) MEGABYTE / 10];
		}
	}

	/** JFR may miss samples on a busy machine: their time is under a frame of its own. */
	private static void assertBurned(Profile profile, String method, long cpuNanos) {
		long sampled = sum(profile, method, 1);
		long unknown = sum(profile, CpuSamples.NOT_SAMPLED.function(), 1);
		assertThat(sampled).isBetween(cpuNanos / 5, cpuNanos / 8 * 9);
		assertThat(sampled + unknown).isGreaterThan(cpuNanos / 8 * 7);
	}

	private static long sum(Profile profile, String method, int value) {
		long[] sum = new long[1];
		profile.forEach((stack, labels, values) -> {
			if (stack.stream().map(Frame::function).anyMatch((function) -> function.endsWith(method))) {
				sum[0] += values[value];
			}
		});
		return sum[0];
	}

	private static String text(Profile profile) {
		return new String(profile.toByteArray(), StandardCharsets.UTF_8);
	}

	/** A time span of a test. */
	private static final class Span {

		private final long start;

		private long end;

		Span() {
			this(System.nanoTime(), 0);
		}

		private Span(long start, long end) {
			this.start = start;
			this.end = end;
		}

		void end() {
			this.end = System.nanoTime();
		}

		Span and(Span later) {
			return new Span(this.start, later.end);
		}

		Duration ago() {
			return Duration.ofNanos(System.nanoTime() - this.start);
		}

		Duration length() {
			return Duration.ofNanos(this.end - this.start);
		}

	}

}
