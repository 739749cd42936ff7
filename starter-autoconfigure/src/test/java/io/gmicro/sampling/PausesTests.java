package io.gmicro.sampling;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.gmicro.diagnostics.OwnCode;
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
		Pauses pauses = new Pauses(this.clock::get, this.processor::get, this.paused::get, (nanos) -> {
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
		Pauses pauses = new Pauses(this.clock::get, this.processor::get, this.paused::get, (nanos) -> {
		});
		this.paused.set(SECOND / 10);
		assertThat(pauses.collect(2 * SECOND)).isEqualTo(SECOND / 10);
		assertThat(pauses.collect(3 * SECOND)).isZero();
		assertThat(pauses.between(0, 3 * SECOND, true)).isEqualTo(SECOND / 10);
		assertThat(pauses.between(2 * SECOND - SECOND / 20, 3 * SECOND, true)).isEqualTo(SECOND / 20);
		assertThat(pauses.between(0, 3 * SECOND, false)).isZero();
	}

	@Test
	void timeOfAStandstillIsTakenFromStacks() {
		StackTree tree = new StackTree();
		Pauses pauses = new Pauses();
		pauses.add(2 * SECOND, 22 * SECOND, false);
		pauses.add(30 * SECOND, 32 * SECOND, false);
		tree.add(new StackTraceElement[] { new StackTraceElement("shop.Orders", "find", "Orders.java", 1) }, SECOND);
		tree.addTime(StackTree.STOOD_STILL, pauses.between(0, 31 * SECOND, false));
		assertThat(pauses.between(0, SECOND, false)).isZero();
		assertThat(pauses.between(3 * SECOND, 4 * SECOND, false)).isEqualTo(SECOND);
		assertThat(pauses.between(23 * SECOND, 29 * SECOND, false)).isZero();
		assertThat(tree.time(StackTree.STOOD_STILL)).isEqualTo(21 * SECOND);
		assertThat(tree.root().nanos()).isEqualTo(22 * SECOND);
		List<FrameChain> chains = FrameChain.of(tree);
		assertThat(chains).extracting((chain) -> RequestText.fullName(chain.calls().get(0)))
			.containsExactly("[process stood still 21.0 s]", "shop.Orders.find(Orders.java:1)");
		assertThat(chains).extracting(RequestText::samples).containsExactly("21.000 s", "1 sample, 1.000 s");
		assertThat(HottestFrame.of(tree, OwnCode.UNKNOWN).calls()).extracting(RequestText::shortName)
			.containsExactly("Orders.find");
	}

	@Test
	void onlyTheLastAreKept() {
		Pauses pauses = new Pauses();
		for (int i = 0; i < 100; i++) {
			pauses.add(i * SECOND, (i + 1) * SECOND, false);
		}
		assertThat(pauses.between(0, 100 * SECOND, false)).isEqualTo(64 * SECOND);
	}

}
