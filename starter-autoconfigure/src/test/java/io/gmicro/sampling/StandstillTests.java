package io.gmicro.sampling;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.http.ActiveExchanges;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Detects pauses of the process and keeps them out of stacks.
 */
class StandstillTests {

	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final MeterRegistry registry = new SimpleMeterRegistry();

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

	private double standstills(long late, long used, long collected) {
		Standstills standstills = new Standstills(this.clock::get, this.processor::get, this.paused::get, (nanos) -> {
			this.clock.addAndGet(nanos + late);
			this.processor.addAndGet(used);
			this.paused.addAndGet(collected);
		});
		new Watchdog(new ActiveExchanges(this.registry).operations(), new Thresholds(Duration.ofSeconds(1), Map.of()),
				(request) -> {
				}, OwnCode.UNKNOWN, this.registry, standstills)
			.sleep(PERIOD);
		return this.registry.get("gmicro.process.standstills").counter().count();
	}

	@Test
	void timeOfAStandstillIsTakenFromStacks() {
		StackTree tree = new StackTree();
		Standstills standstills = new Standstills();
		standstills.add(2 * SECOND, 22 * SECOND);
		standstills.add(30 * SECOND, 32 * SECOND);
		tree.add(new StackTraceElement[] { new StackTraceElement("shop.Orders", "find", "Orders.java", 1) }, SECOND);
		tree.addStandstill(standstills.between(0, 31 * SECOND));
		assertThat(standstills.between(0, SECOND)).isZero();
		assertThat(standstills.between(3 * SECOND, 4 * SECOND)).isEqualTo(SECOND);
		assertThat(standstills.between(23 * SECOND, 29 * SECOND)).isZero();
		assertThat(tree.stoodStill()).isEqualTo(21 * SECOND);
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
		Standstills standstills = new Standstills();
		for (int i = 0; i < 100; i++) {
			standstills.add(i * SECOND, (i + 1) * SECOND);
		}
		assertThat(standstills.between(0, 100 * SECOND)).isEqualTo(16 * SECOND);
	}

}
