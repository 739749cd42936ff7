package io.gmicro.slow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.sampling.Pauses;
import io.gmicro.sampling.SamplerDriver;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * The timeline and the tree of one request.
 */
class RequestSamplesTests {

	private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final OwnCode OWN = new OwnCode(List.of("shop"));

	private final Pauses pauses = new Pauses();

	@Test
	void threePhasesAreInTheTimelineAndInTheTree() {
		RequestSamples samples = samples(3500 * MILLISECOND, 4 * SECOND, 20 * MILLISECOND);
		assertThat(samples.timeline().parts()).extracting(Timeline.Part::activity)
			.containsExactly("not_sampled", "lock", "sleep", "cpu");
		Timeline.Part sleep = samples.timeline().parts().get(2);
		assertThat(sleep.startNanos()).isCloseTo(SECOND, within(SECOND / 10));
		assertThat(sleep.endNanos()).isCloseTo(3 * SECOND, within(3 * SECOND / 10));
		assertThat(RequestText.part(sleep)).matches("[01]\\.\\d{3}–[23]\\.\\d{3} s sleep in Orders\\.sleep");
		assertThat(samples.stacks().root().nanos()).isEqualTo(4 * SECOND);
		assertThat(samples.timeline().shares()).extracting(Timeline.Share::activity)
			.containsExactlyInAnyOrder("sleep", "lock", "cpu", "not_sampled")
			.startsWith("sleep")
			.endsWith("not_sampled");
		assertThat(samples.timeline().shares().stream().map(Timeline.Share::time).reduce(Duration.ZERO, Duration::plus))
			.isEqualTo(Duration.ofSeconds(4));
	}

	@Test
	void requestThatEndsAtItsThresholdHasSomeTwentySamplesWithoutOtherLooks() {
		int due = 0;
		RequestSamples samples = new RequestSamples(0, 10 * SECOND, OWN);
		for (long now = 0; now <= 10 * SECOND; now += 10 * MILLISECOND) {
			if (samples.isDue(now)) {
				add(samples, "lock", now);
				due++;
			}
		}
		assertThat(due).isBetween(20, 30);
	}

	@Test
	void looksThatAreCloseToEachOtherAddNothing() {
		RequestSamples samples = samples(SECOND, 600 * SECOND, MILLISECOND);
		assertThat(samples.stacks().root().samples()).isLessThan(1500);
	}

	@Test
	void timeFarFromAnySampleIsNotSampled() {
		RequestSamples samples = new RequestSamples(0, 4 * SECOND, OWN);
		add(samples, "lock", SECOND / 10);
		add(samples, "sleep", 10 * SECOND);
		samples.end(30 * SECOND, this.pauses);
		assertThat(samples.timeline().shares()).extracting(Timeline.Share::activity)
			.containsExactly("not_sampled", "sleep", "lock");
		assertThat(samples.stacks().root().nanos()).isEqualTo(30 * SECOND);
		assertThat(samples.stacks().time(StackTree.NOT_SAMPLED)).isGreaterThan(15 * SECOND);
		assertThat(samples.timeline().shares().get(2).time()).isLessThan(Duration.ofMillis(100));
	}

	@Test
	void stateOfTheThreadTellsWhenItWentOn() {
		RequestSamples samples = new RequestSamples(0, SECOND, OWN);
		add(samples, "cpu", SECOND / 10);
		for (long now = SECOND / 10; now <= SECOND; now += SECOND / 10) {
			samples.seen(Thread.State.RUNNABLE, now);
		}
		samples.seen(Thread.State.WAITING, SECOND + MILLISECOND);
		samples.seen(Thread.State.RUNNABLE, 3 * SECOND / 2);
		add(samples, "network", 2 * SECOND);
		samples.end(2 * SECOND, this.pauses);
		assertThat(samples.timeline().shares()).extracting(Timeline.Share::activity)
			.containsExactly("cpu", "not_sampled", "network");
		assertThat(samples.timeline().shares().get(0).time()).isBetween(Duration.ofMillis(900), Duration.ofMillis(920));
	}

	@Test
	void stateThatNeverChangedLeavesNoHole() {
		RequestSamples samples = new RequestSamples(0, SECOND, OWN);
		add(samples, "cpu", MILLISECOND);
		for (long now = SECOND / 50; now <= SECOND; now += SECOND / 50) {
			samples.seen(Thread.State.RUNNABLE, now);
		}
		add(samples, "network", SECOND);
		samples.end(SECOND, this.pauses);
		assertThat(samples.stacks().time(StackTree.NOT_SAMPLED)).isLessThan(MILLISECOND);
		assertThat(samples.timeline().shares().get(0).percent()).isEqualTo(50);
	}

	@Test
	void pausesAndAsynchronousTimeBelongToNoStack() {
		RequestSamples samples = new RequestSamples(0, 4 * SECOND, OWN);
		add(samples, "lock", SECOND / 10);
		SamplerDriver.pause(this.pauses, SECOND / 10, SECOND / 5, true);
		SamplerDriver.pause(this.pauses, SECOND / 2, 3 * SECOND / 2, false);
		samples.addAsync(3 * SECOND / 2, this.pauses);
		samples.addAsync(2 * SECOND, this.pauses);
		samples.end(2 * SECOND, this.pauses);
		assertThat(samples.timeline().parts()).extracting(Timeline.Part::activity)
			.contains("gc", "stood_still", "async");
		assertThat(samples.stacks().time(StackTree.STOOD_STILL)).isEqualTo(SECOND);
		assertThat(samples.stacks().time(StackTree.COLLECTED)).isEqualTo(SECOND / 10);
		assertThat(samples.stacks().time(StackTree.ASYNC)).isGreaterThan(SECOND / 2);
		assertThat(samples.stacks().root().nanos()).isEqualTo(2 * SECOND);
	}

	@Test
	void timeOfAStandstillIsTakenFromStacks() {
		StackTree tree = new StackTree();
		Pauses pauses = new Pauses();
		SamplerDriver.pause(pauses, 2 * SECOND, 22 * SECOND, false);
		SamplerDriver.pause(pauses, 30 * SECOND, 32 * SECOND, false);
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
	void timelineIsBoundedAndKeepsTheSums() {
		Timeline timeline = new Timeline();
		for (int i = 0; i < 10_000; i++) {
			timeline.add((i % 2 == 0) ? "database" : "cpu", null, (i % 2 == 0) ? 3 : 1);
		}
		assertThat(timeline.parts()).hasSizeLessThanOrEqualTo(Timeline.MAX_PARTS);
		assertThat(timeline.parts().get(0).startNanos()).isZero();
		List<Timeline.Part> parts = timeline.parts();
		for (int i = 1; i < parts.size(); i++) {
			assertThat(parts.get(i).startNanos()).isEqualTo(parts.get(i - 1).endNanos());
		}
		assertThat(parts.get(parts.size() - 1).endNanos()).isEqualTo(20_000);
		assertThat(timeline.shares()).containsExactly(new Timeline.Share("database", Duration.ofNanos(15_000), 0.75),
				new Timeline.Share("cpu", Duration.ofNanos(5_000), 0.25));
	}

	/** A lock for a second, then two of sleep, then CPU. */
	private RequestSamples samples(long threshold, long end, long interval) {
		RequestSamples samples = new RequestSamples(0, threshold, OWN);
		for (long now = interval; now < end; now += interval) {
			if (samples.isWelcome(now)) {
				add(samples, (now < SECOND) ? "lock" : (now < 3 * SECOND) ? "sleep" : "cpu", now);
			}
		}
		samples.end(end, this.pauses);
		return samples;
	}

	private void add(RequestSamples samples, String activity, long now) {
		List<StackTraceElement> stack = new ArrayList<>();
		stack.add(new StackTraceElement("java.lang.Thread", activity, "Thread.java", 1));
		stack.add(new StackTraceElement("shop.Orders", activity, "Orders.java", 1));
		samples.add(Thread.currentThread(), activity, stack.toArray(StackTraceElement[]::new), now, this.pauses);
	}

}
