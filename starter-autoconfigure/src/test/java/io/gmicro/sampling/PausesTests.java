package io.gmicro.sampling;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Detects pauses of the process and keeps them out of stacks.
 */
class PausesTests {

	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final AtomicLong clock = new AtomicLong();

	private final AtomicLong processor = new AtomicLong();

	private final AtomicLong paused = new AtomicLong();

	private final AtomicLong sinceLast = new AtomicLong();

	private final Collectors collectors = new Collectors(this.paused::get, this.sinceLast::get);

	@Test
	void sleepOfAStoppedProcessIsOne() {
		assertThat(standstills(20 * SECOND, SECOND / 100, 0)).isEqualTo(1);
	}

	@Test
	void longCollectionOfGarbageIsOne() {
		assertThat(standstills(8 * SECOND, 16 * SECOND, 7 * SECOND)).isEqualTo(1);
	}

	@Test
	void waitForABusyProcessorIsNone() {
		assertThat(standstills(3 * SECOND, 6 * SECOND, SECOND / 10)).isZero();
	}

	@Test
	void sleepThatIsALittleLateIsNone() {
		assertThat(standstills(SECOND / 2, 0, 0)).isZero();
	}

	private int standstills(long late, long used, long collected) {
		Pauses pauses = new Pauses(this.clock::get, this.processor::get, this.collectors, (nanos) -> {
			this.clock.addAndGet(nanos + late);
			this.processor.addAndGet(used);
			this.paused.addAndGet(collected);
		});
		long stoodStill = pauses.sleep(PERIOD);
		assertThat(pauses.between(0, Long.MAX_VALUE / 2, false)).isEqualTo(stoodStill);
		assertThat(pauses.collect(this.clock.get())).isEqualTo((stoodStill > 0) ? 0 : collected);
		return (stoodStill > 0) ? 1 : 0;
	}

	@Test
	void garbageCollectionsAreKeptApart() {
		Pauses pauses = new Pauses(this.clock::get, this.processor::get, this.collectors, (nanos) -> {
		});
		this.paused.set(SECOND / 10);
		assertThat(pauses.collect(2 * SECOND)).isEqualTo(SECOND / 10);
		assertThat(pauses.collect(3 * SECOND)).isZero();
		assertThat(pauses.between(0, 3 * SECOND, true)).isEqualTo(SECOND / 10);
		assertThat(pauses.between(2 * SECOND - SECOND / 20, 3 * SECOND, true)).isEqualTo(SECOND / 20);
		assertThat(pauses.between(0, 3 * SECOND, false)).isZero();
	}

	@Test
	void garbageCollectionIsWhereItWas() {
		Pauses pauses = new Pauses(this.clock::get, this.processor::get, this.collectors, (nanos) -> {
		});
		pauses.collect(SECOND);
		this.paused.set(SECOND / 10);
		this.sinceLast.set(SECOND / 2);
		pauses.collect(2 * SECOND);
		assertThat(pauses.between(3 * SECOND / 2, 2 * SECOND, true)).isZero();
		assertThat(pauses.between(7 * SECOND / 5, 3 * SECOND / 2, true)).isEqualTo(SECOND / 10);
		this.paused.set(SECOND / 5);
		this.sinceLast.set(5 * SECOND);
		pauses.collect(3 * SECOND);
		assertThat(pauses.between(2 * SECOND, 2 * SECOND + SECOND / 10, true)).isEqualTo(SECOND / 10);
	}

	@Test
	void lastCollectionOfThisProcessIsRecent() {
		Collectors ofThisProcess = Collectors.ofThisProcess();
		System.gc();
		assertThat(ofThisProcess.sinceLast().getAsLong()).isZero();
		long before = System.nanoTime();
		System.gc();
		long since = ofThisProcess.sinceLast().getAsLong();
		assertThat(since).isBetween(0L, System.nanoTime() - before + TimeUnit.MILLISECONDS.toNanos(2));
		assertThat(ofThisProcess.pauseTime().getAsLong()).isPositive();
	}

	@Test
	void onlyTheLastAreKept() {
		Pauses pauses = new Pauses();
		for (int i = 0; i < 1000; i++) {
			pauses.add(i * SECOND, (i + 1) * SECOND, false);
		}
		assertThat(pauses.between(0, 1000 * SECOND, false)).isEqualTo(512 * SECOND);
	}

}
