package io.gmicro.recorder;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.gmicro.profile.Frame;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Who gets what the recorder left out, with samples made as it makes them.
 */
class AllocationsTests {

	private static final int BYTES = 1;

	/** What the recorder takes in a fifth of a second. */
	private static final int BURST = 30;

	private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

	private volatile byte[] allocated = {};

	private final List<TimedSample> samples = new ArrayList<>();

	@Test
	void whatWasLeftOutIsSharedByBothSidesOfTheGap() {
		burst(0, "first", 1000);
		burst(200, "second", 1000 + 60_000);
		burst(400, "third", 1000 + 120_000);
		Allocations.correctGaps(this.samples);
		assertThat(bytesOf("first")).isEqualTo(30_000 + 30_000);
		assertThat(bytesOf("second")).isEqualTo(30_000 + 30_000 + 60_000);
		assertThat(bytesOf("third")).isEqualTo(30_000 + 60_000);
	}

	@Test
	void fasterSideOfTheGapGetsMoreOfWhatWasLeftOut() {
		burst(0, "slow", 1000);
		// As much between two samples, in a tenth of the time
		for (int i = 0; i < BURST; i++) {
			sample(Duration.ofMillis(200).plusNanos(i * 100_000L), "fast", (i == 0) ? 1000 + 110_000 : 1000);
		}
		burst(400, "slow again", 1000 + 110_000);
		Allocations.correctGaps(this.samples);
		assertThat(bytesOf("slow")).isCloseTo(30_000 + 10_000, within(30L));
		assertThat(bytesOf("fast")).isCloseTo(30_000 + 100_000 + 100_000, within(60L));
		assertThat(bytesOf("slow again")).isCloseTo(30_000 + 10_000, within(30L));
	}

	@Test
	void whatWasAllocatedBeforeTheFirstSampleGoesToNobody() {
		burst(0, "first", 1_000_000);
		Allocations.correctGaps(this.samples);
		assertThat(bytesOf("first")).isEqualTo(30_000);
	}

	@Test
	void onlyThePeriodsNextToAGapGetWhatWasLeftOut() {
		burst(0, "long ago", 1000);
		for (int at = 40; at < 220; at += 10) {
			sample(at, "long ago", 1000);
		}
		burst(220, "before", 1000);
		burst(430, "after", 1000 + 30_000_000);
		Allocations.correctGaps(this.samples);
		// Less than a byte for each is lost to rounding
		assertThat(bytesOf("long ago") + bytesOf("before") + bytesOf("after"))
			.isCloseTo((30 + 18 + 30 + 30) * 1000 + 30_000_000, within(108L));
		assertThat(this.samples.get(0).values()[BYTES]).isEqualTo(1000);
	}

	@Test
	void sparseSamplesKeepWhatTheyCountFor() {
		for (int i = 0; i < 10; i++) {
			sample(i * 100, "sparse", 1000 * (i + 1));
		}
		Allocations.correctGaps(this.samples);
		assertThat(this.samples.stream().skip(1).map((sample) -> sample.values()[BYTES])).containsExactly(2000L, 3000L,
				4000L, 5000L, 6000L, 7000L, 8000L, 9000L, 10_000L);
	}

	@Test
	void orderOfTheRecordingDoesNotMatter() {
		burst(0, "first", 1000);
		burst(200, "second", 1000 + 60_000);
		Collections.shuffle(this.samples, new Random(1));
		Allocations.correctGaps(this.samples);
		assertThat(bytesOf("first")).isEqualTo(30_000 + 30_000);
		assertThat(bytesOf("second")).isEqualTo(30_000 + 30_000);
	}

	/** The recorder of this JVM throttles as {@link Allocations} expects it. */
	@Test
	void recorderOfThisJvmLeavesGaps(@TempDir Path directory) throws Exception {
		Path file = directory.resolve("allocations.jfr");
		try (Recording recording = new Recording()) {
			EventProfile.ALLOCS.events().forEach((event, settings) -> settings.forEach(recording.enable(event)::with));
			recording.start();
			allocate(TimeUnit.SECONDS.toNanos(2));
			recording.stop();
			recording.dump(file);
		}
		for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
			if (EventProfile.ALLOCS.events().containsKey(event.getEventType().getName())) {
				this.samples.add(new TimedSample(event.getThread(), event.getStartTime(), List.of(Frame.named("any")),
						new long[] { 1, event.getLong("weight"), 0, 0 }, Map.of()));
			}
		}
		this.samples.sort(Comparator.comparingLong(TimedSample::time));
		long nanos = this.samples.get(this.samples.size() - 1).time() - this.samples.get(0).time();
		// One for each fifth of a second that the samples touch, the first and the last
		// of which are not whole
		assertThat(IntStream.range(0, this.samples.size())
			.filter((index) -> Allocations.isAfterGap(this.samples, index))
			.count()).isBetween(3L, 2 + TimeUnit.NANOSECONDS.toMillis(nanos) / 200);
	}

	private void allocate(long nanos) {
		long end = System.nanoTime() + nanos;
		while (System.nanoTime() < end) {
			this.allocated = new byte[100_000];
		}
	}

	private void burst(int atMillis, String function, long firstBytes) {
		for (int i = 0; i < BURST; i++) {
			sample(atMillis + i, function, (i == 0) ? firstBytes : 1000);
		}
	}

	private void sample(int atMillis, String function, long bytes) {
		sample(Duration.ofMillis(atMillis), function, bytes);
	}

	private void sample(Duration at, String function, long bytes) {
		this.samples.add(new TimedSample(null, START.plus(at), List.of(Frame.named(function)),
				new long[] { 1, bytes, 0, 0 }, Map.of()));
	}

	private long bytesOf(String function) {
		return this.samples.stream()
			.filter((sample) -> sample.stack().get(0).function().equals(function))
			.mapToLong((sample) -> sample.values()[BYTES])
			.sum();
	}

}
