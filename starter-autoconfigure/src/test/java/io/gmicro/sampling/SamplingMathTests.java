package io.gmicro.sampling;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * That estimates are unbiased: which operations are picked, and what the time between two
 * looks depends on.
 */
class SamplingMathTests {

	private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

	@ParameterizedTest
	@ValueSource(ints = { 1, 7, 8, 9, 100, 1000 })
	void everyOperationIsPickedWithTheSameProbability(int size) {
		int rounds = 20_000;
		int[] picked = new int[size];
		Selection selection = new Selection(8);
		for (int round = 0; round < rounds; round++) {
			selection.reset();
			for (int i = 0; i < size; i++) {
				selection.count();
			}
			selection.counted();
			double represented = 0;
			for (int i = 0; i < size; i++) {
				if (selection.picks()) {
					picked[i]++;
					represented += selection.weight();
				}
			}
			assertThat(represented).isCloseTo(size, within(1e-6));
		}
		double expected = rounds * Math.min(8.0 / size, 1);
		for (int count : picked) {
			assertThat(count).isCloseTo((int) expected, within((int) (6 * Math.sqrt(expected)) + 1));
		}
	}

	/**
	 * Operations that arrive while the sampler sleeps longer, of one duration and rarely.
	 * Without {@link IdleGap} their time would be off by a quarter.
	 */
	@ParameterizedTest
	@ValueSource(ints = { 5, 30, 90, 150, 400 })
	void timeOfRareOperationsIsRight(int millis) {
		Random random = new Random(42);
		IdleGap gap = new IdleGap();
		long idle = 100 * MILLISECOND;
		long now = 0;
		double represented = 0;
		int operations = 40_000;
		for (int i = 0; i < operations; i++) {
			for (int empty = 0; empty < 60; empty++) {
				now += 20 * MILLISECOND;
				gap.look(LookSpan.of(now, 20 * MILLISECOND, 0, 0, 0), 0);
			}
			assertThat(gap.isIdle()).isTrue();
			long start = now + (long) (random.nextDouble() * idle);
			TestOperation operation = new TestOperation("/rare", start, false);
			long step = idle;
			while (now + step < start + millis * MILLISECOND) {
				now += step;
				LookSpan span = LookSpan.of(now, step, 0, 0, 0);
				gap.look(span, 1);
				represented += gap.represented(operation, span);
				step = 10 * MILLISECOND + (long) (random.nextDouble() * 20 * MILLISECOND);
			}
			now += step;
			gap.look(LookSpan.of(now, step, 0, 0, 0), 0);
		}
		assertThat(represented / operations / MILLISECOND).isCloseTo(millis, within(millis * 0.05 + 0.5));
	}

	@ParameterizedTest
	@CsvSource({ "0, 20", "100, 20", "400, 40", "1000, 100", "5000, 500", "10000, 1000", "100000, 2000" })
	void looksAreAsRareAsTheirCostDemands(long costMicros, long meanMillis) {
		SamplingBudget budget = new SamplingBudget(Duration.ofMillis(20), 0.01);
		for (int i = 0; i < 1000; i++) {
			budget.used(TimeUnit.MICROSECONDS.toNanos(costMicros));
		}
		int draws = 20_000;
		double sum = 0;
		for (int i = 0; i < draws; i++) {
			long next = budget.next();
			assertThat(next).isBetween(meanMillis * MILLISECOND / 2, meanMillis * MILLISECOND * 3 / 2 + 1);
			sum += next;
		}
		assertThat(sum / draws).isCloseTo(meanMillis * MILLISECOND, within(meanMillis * MILLISECOND * 0.02));
	}

	@ParameterizedTest
	@CsvSource({ "20, 20, 0", "520, 20, 0", "1040, 20, 0.5", "2000, 2000, 0", "3000, 2000, 0.1667" })
	void lateLooksRepresentLittle(long elapsedMillis, long intendedMillis, double missed) {
		LookSpan span = LookSpan.of(0, elapsedMillis * MILLISECOND, intendedMillis * MILLISECOND, 0, 0);
		assertThat(span.missed()).isCloseTo(missed, within(0.001));
		assertThat(span.known()).isCloseTo(1 - missed, within(0.001));
	}

	@Test
	void stopsOfAllThreadsHaveTheirOwnBudget() {
		SamplingBudget budget = new SamplingBudget(Duration.ofMillis(20), 0.01);
		for (int i = 0; i < 1000; i++) {
			budget.stopped(TimeUnit.MICROSECONDS.toNanos(500));
		}
		assertThat(budget.next()).isLessThanOrEqualTo(30 * MILLISECOND + 1);
		assertThat(budget.nextStop()).isBetween(125 * MILLISECOND / 2, 125 * MILLISECOND * 3 / 2 + 1);
		// It waited for a CPU
		budget.stopped(TimeUnit.SECONDS.toNanos(1));
		for (int i = 0; i < 100; i++) {
			assertThat(budget.nextStop()).isLessThanOrEqualTo(135 * MILLISECOND * 3 / 2);
		}
	}

}
