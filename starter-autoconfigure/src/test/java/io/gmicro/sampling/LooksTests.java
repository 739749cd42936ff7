package io.gmicro.sampling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.gmicro.activity.Activities;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Failures;
import io.gmicro.wall.WallProfiles;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.commons.logging.LogFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * What looks at the operations in flight add up to.
 */
class LooksTests {

	private static final double NANOSECOND = 1e-9;

	private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final ActiveOperations active = new ActiveOperations(this.registry.counter("overflow"));

	private final TimePerRoute time = new TimePerRoute(this.active, this.registry, 3, () -> "/shop", new WallProfiles(),
			null);

	private final CountDownLatch released = new CountDownLatch(1);

	private final List<Thread> threads = new ArrayList<>();

	private long now = System.nanoTime();

	@AfterEach
	void release() throws InterruptedException {
		this.released.countDown();
		for (Thread thread : this.threads) {
			thread.join();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 5, 8, 20, 64, 333 })
	void timeAddsUpToThatOfAllOperations(int operations) {
		for (int i = 0; i < operations; i++) {
			waiting(new PendingOperation("/orders", null));
		}
		Looks looks = looks(false);
		for (int look = 0; look < 10; look++) {
			look(looks, 50 * MILLISECOND, 0, 0);
		}
		assertThat(total()).isCloseTo(operations * 0.5, within(operations * 10 * NANOSECOND));
		assertThat(looks.taken()).isLessThanOrEqualTo(10 * Math.min(operations, Looks.MAX_PICKS));
		assertThat(time("/shop/orders", Activities.OTHER)).isCloseTo(total(), within(NANOSECOND));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whereStacksStopAllThreadsFewLooksTakeThem(boolean withStacks) {
		waiting(new PendingOperation("/orders", null));
		Looks looks = looks(true);
		look(looks, 20 * MILLISECOND, false);
		look(looks, 20 * MILLISECOND, false);
		assertThat(looks.taken()).isZero();
		assertThat(total()).isZero();
		if (withStacks) {
			look(looks, 20 * MILLISECOND, true);
			assertThat(time("/shop/orders", Activities.OTHER)).isCloseTo(0.06, within(NANOSECOND));
		}
		else {
			// Waiting for what, is not known
			look(looks, 6000 * MILLISECOND, false);
			assertThat(total()).isCloseTo(6.04, within(NANOSECOND));
			assertThat(time("/shop/orders", SamplerActivities.NOT_SAMPLED)).isCloseTo(total(), within(NANOSECOND));
		}
	}

	@Test
	void pausesAreNotTimeOfStacks() {
		waiting(new PendingOperation("/orders", null));
		look(looks(false), 200 * MILLISECOND, 50 * MILLISECOND, 0);
		look(looks(false), 2000 * MILLISECOND, 0, 1900 * MILLISECOND);
		assertThat(time("/shop/orders", SamplerActivities.GC)).isCloseTo(0.05, within(NANOSECOND));
		assertThat(time("/shop/orders", SamplerActivities.STOOD_STILL)).isCloseTo(1.9, within(NANOSECOND));
		assertThat(time("/shop/orders", Activities.OTHER)).isCloseTo(0.25, within(NANOSECOND));
	}

	@Test
	void pauseBeforeTheStartOfAnOperationIsNotItsTime() {
		TestOperation young = new TestOperation("/young", this.now + 3590 * 1000 * MILLISECOND, false);
		this.active.detach(young.async());
		look(looks(false), 3600 * 1000 * MILLISECOND, 0, 3599 * 1000 * MILLISECOND);
		assertThat(total()).isCloseTo(1, within(1e-3));
		this.active.leave(young);
	}

	@Test
	void lookThatIsMuchTooLateSaysWhatItDoesNotKnow() {
		waiting(new PendingOperation("/orders", null));
		look(looks(false), 3000 * MILLISECOND, 0, 0);
		assertThat(time("/shop/orders", Activities.OTHER)).isCloseTo(0.5, within(NANOSECOND));
		assertThat(time("/shop/orders", SamplerActivities.NOT_SAMPLED)).isCloseTo(2.5, within(NANOSECOND));
	}

	@Test
	void operationWithoutThreadIsAsync() {
		this.active.detach(new TestOperation("/later").async());
		this.active.detach(new TestOperation("/events").async().longLived());
		this.active.detach(new TestOperation("shop.Orders/Watch", System.nanoTime(), true).async().longLived());
		look(looks(false), 20 * MILLISECOND, 0, 0);
		assertThat(time("/shop/later", SamplerActivities.ASYNC)).isCloseTo(0.02, within(NANOSECOND));
		assertThat(total()).as("without the stream").isCloseTo(0.02, within(NANOSECOND));
		assertThat(this.registry.get(TimePerRoute.CALLS)
			.tags("rpc.system.name", "grpc", "rpc.method", "shop.Orders/Watch", "activity", SamplerActivities.ASYNC)
			.counter()
			.count()).isCloseTo(0.02, within(NANOSECOND));
	}

	@Test
	void operationThatEndedWhileItsStackWasTakenIsNotSampled() {
		CountDownLatch looked = new CountDownLatch(1);
		PendingOperation ending = new PendingOperation("/ending", looked);
		waiting(ending);
		look(looks(false), 20 * MILLISECOND, 0, 0);
		assertThat(looked.getCount()).isZero();
		assertThat(time("/shop/ending", SamplerActivities.NOT_SAMPLED)).isCloseTo(0.02, within(NANOSECOND));
		assertThat(total()).isCloseTo(0.02, within(NANOSECOND));
	}

	@Test
	void whatStopsAllThreadsKeepsTheOutermostCallsOfDeepStacks() {
		Thread deep = new Thread(() -> recurse(500));
		start(deep);
		Looks looks = looks(true);
		PendingOperation other = new PendingOperation("/orders", null);
		waiting(other);
		List<StackTraceElement[]> stacks = new ArrayList<>();
		Follower follower = new RecordingFollower(stacks);
		for (int look = 0; look < 3; look++) {
			this.now += 20 * MILLISECOND;
			looks.look(LookSpan.of(this.now, 20 * MILLISECOND, 20 * MILLISECOND, 0, 0), true, follower);
		}
		List<StackTraceElement[]> recursive = stacks.stream()
			.filter((stack) -> stack[Math.min(20, stack.length - 1)].getMethodName().equals("recurse"))
			.toList();
		assertThat(recursive).hasSize(3).allMatch((stack) -> stack.length <= 256);
		assertThat(recursive.get(0)).hasSize(65).endsWith(ThreadSample.TRUNCATED);
		assertThat(recursive.get(2)).hasSize(256).contains(ThreadSample.TRUNCATED);
		assertThat(recursive.get(2)[255].getMethodName()).isEqualTo("run");
	}

	private void recurse(int depth) {
		if (depth > 0) {
			recurse(depth - 1);
		}
		else {
			enterAndWait(new PendingOperation("/deep", null));
		}
	}

	@Test
	void nothingIsTakenOffWithoutAHistogram() {
		TimePerRoute time = new TimePerRoute(this.active, this.registry, 3, () -> "/shop", new WallProfiles(),
				new DurationTotals(this.registry));
		this.active.detach(new TestOperation("/later").async());
		this.active.detach(new TestOperation("shop.Orders/Get", System.nanoTime(), true).async());
		Looks looks = looks(time, false);
		for (int look = 0; look < 1000; look++) {
			look(looks, 20 * MILLISECOND, 0, 0);
		}
		assertThat(time("/shop/later", SamplerActivities.ASYNC)).isCloseTo(20, within(1000 * NANOSECOND));
		assertThat(this.registry.get(TimePerRoute.CALLS).counter().count()).isCloseTo(20, within(1000 * NANOSECOND));
	}

	@Test
	void operationThatBeginsDuringALookIsSeen() {
		Looks looks = looks(false);
		this.now += 20 * MILLISECOND;
		looks.look(LookSpan.of(this.now, 20 * MILLISECOND, 20 * MILLISECOND, 0, 0), true,
				new RecordingFollower(new ArrayList<>()) {

					@Override
					public void begin(long now) {
						LooksTests.this.active.detach(new TestOperation("/later").async());
					}

				});
		assertThat(time("/shop/later", SamplerActivities.ASYNC)).isCloseTo(0.02, within(NANOSECOND));
	}

	@Test
	void operationThatEndedBeforeTheStopExplainsItsPartOfTheTime() {
		PendingOperation ending = new PendingOperation("/ending", new CountDownLatch(1));
		waiting(ending);
		Looks looks = looks(true);
		look(looks, 20 * MILLISECOND, false);
		look(looks, 20 * MILLISECOND, true);
		assertThat(time("/shop/ending", SamplerActivities.NOT_SAMPLED)).isCloseTo(0.04, within(NANOSECOND));
	}

	@Test
	void lookThatMissesRequestsSaysSo() {
		Timer duration = Timer.builder("http.server.request.duration")
			.tag("http.route", "/shop/orders")
			.register(this.registry);
		TimePerRoute calibrated = new TimePerRoute(this.active, this.registry, 3, () -> "/shop", new WallProfiles(),
				new DurationTotals(this.registry));
		waiting(new PendingOperation("/orders", null));
		duration.record(100, TimeUnit.SECONDS);
		Looks looks = looks(calibrated, false);
		for (int look = 0; look < 12_000; look++) {
			look(looks, 20 * MILLISECOND, 0, 0);
		}
		assertThat(total()).isCloseTo(100 + 240, within(2.0));
		assertThat(time("/shop/orders", SamplerActivities.NOT_SAMPLED)).isCloseTo(100, within(2.0));
	}

	@Test
	void timeBeforeTheRouteIsKnownIsThatOfTheRoute() {
		TestOperation matched = new TestOperation(null);
		TestOperation missing = new TestOperation(null);
		this.active.enter(matched);
		this.active.enter(missing);
		Looks looks = looks(false);
		look(looks, 20 * MILLISECOND, 0, 0);
		assertThat(total()).isZero();
		matched.matched("/orders");
		missing.ended("NOT_FOUND", missing.startNanos() + 1);
		this.active.leave(missing);
		look(looks, 20 * MILLISECOND, 0, 0);
		assertThat(total("/shop/orders")).isCloseTo(0.04, within(NANOSECOND));
		assertThat(total("NOT_FOUND")).isCloseTo(0.02, within(NANOSECOND));
		this.active.leave(matched);
	}

	@Test
	void timeSeenBeforeTheRouteIsKnownIsExplainedByLaterStacks() {
		PendingOperation pending = new PendingOperation(null, null);
		waiting(pending);
		Looks looks = looks(true);
		look(looks, 20 * MILLISECOND, false);
		Objects.requireNonNull(pending.operation).matched("/orders");
		look(looks, 20 * MILLISECOND, false);
		look(looks, 20 * MILLISECOND, true);
		assertThat(time("/shop/orders", Activities.OTHER)).isCloseTo(0.06, within(NANOSECOND));
		assertThat(total()).isCloseTo(0.06, within(NANOSECOND));
	}

	@Test
	void failureToTakeStacksLeavesNothingBehind() {
		Thread hostile = new HostileThread(() -> enterAndWait(new PendingOperation("/hostile", null)));
		start(hostile);
		Looks looks = looks(true);
		look(looks, 20 * MILLISECOND, true);
		assertThat(looks.stopped()).isPositive();
		assertThat(errors()).isEqualTo(1);
		waiting(new PendingOperation("/orders", null));
		look(looks, 20 * MILLISECOND, true);
		assertThat(errors()).isEqualTo(1);
		assertThat(time("/shop/orders", Activities.OTHER)).isCloseTo(0.02, within(NANOSECOND));
	}

	private double errors() {
		return this.registry.get("gmicro.observer.errors").counter().count();
	}

	@Test
	void requestThatIsNeverMatchedIsUnknownAfterAWhile() {
		TestOperation stuck = new TestOperation(null, this.now, false);
		this.active.enter(stuck);
		Looks looks = looks(false);
		for (int look = 0; look < 60; look++) {
			look(looks, 100 * MILLISECOND, 0, 0);
		}
		assertThat(total("UNKNOWN")).isCloseTo(6, within(60 * NANOSECOND));
		this.active.leave(stuck);
	}

	@Test
	void routesAreBounded() {
		for (int i = 0; i < 10; i++) {
			this.active.detach(new TestOperation("/" + i).async());
		}
		look(looks(false), 20 * MILLISECOND, 0, 0);
		assertThat(total()).isCloseTo(0.2, within(10 * NANOSECOND));
		assertThat(total("_OTHER")).isCloseTo(0.14, within(10 * NANOSECOND));
		assertThat(this.registry.find(TimePerRoute.REQUESTS).counters()).hasSize(4);
	}

	@Test
	void operationsThatCannotBeLookedAtDoNotAffectOthers() {
		waiting(new PendingOperation("/orders", null));
		Thread hostile = new HostileThread(() -> enterAndWait(new PendingOperation("/hostile", null)));
		start(hostile);
		look(looks(false), 20 * MILLISECOND, 0, 0);
		assertThat(time("/shop/orders", Activities.OTHER)).isCloseTo(0.02, within(NANOSECOND));
		assertThat(this.registry.get("gmicro.observer.errors").counter().count()).isEqualTo(1);
	}

	private Looks looks(boolean stopsAllThreads) {
		return looks(this.time, stopsAllThreads);
	}

	private Looks looks(TimePerRoute time, boolean stopsAllThreads) {
		return new Looks(this.active, time, new Activities(Map.of()), new ThreadClock(),
				new StackSource(stopsAllThreads),
				new Failures(this.registry, LogFactory.getLog(LooksTests.class), "A look failed"));
	}

	private void look(Looks looks, long elapsed, boolean withStacks) {
		this.now += elapsed;
		looks.look(LookSpan.of(this.now, elapsed, 0, 0, 0), withStacks, null);
	}

	private void look(Looks looks, long elapsed, long collected, long stoodStill) {
		this.now += elapsed;
		looks.look(LookSpan.of(this.now, elapsed, 0, collected, stoodStill), true, null);
	}

	private double time(String route, String activity) {
		return this.registry.get(TimePerRoute.REQUESTS)
			.tags("http.route", route, "activity", activity)
			.counter()
			.count();
	}

	private double total() {
		return this.registry.find(TimePerRoute.REQUESTS).counters().stream().mapToDouble(Counter::count).sum();
	}

	private double total(String route) {
		return this.registry.find(TimePerRoute.REQUESTS)
			.tag("http.route", route)
			.counters()
			.stream()
			.mapToDouble(Counter::count)
			.sum();
	}

	private void waiting(PendingOperation pending) {
		start((pending.looked != null) ? new EndingThread(() -> enterAndWait(pending), pending)
				: new Thread(() -> enterAndWait(pending)));
	}

	private void start(Thread thread) {
		this.threads.add(thread);
		thread.start();
		Awaitility.await()
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.until(() -> thread.getState() == Thread.State.WAITING);
		// No operation is younger than a look
		this.now = Math.max(this.now, System.nanoTime());
	}

	private void enterAndWait(PendingOperation pending) {
		TestOperation operation = new TestOperation(pending.pattern);
		pending.operation = operation;
		this.active.enter(operation);
		try {
			this.released.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		this.active.leave(operation);
	}

	/** An operation that another thread is going to serve. */
	private static final class PendingOperation {

		private final @Nullable String pattern;

		private final @Nullable CountDownLatch looked;

		private volatile @Nullable TestOperation operation;

		PendingOperation(@Nullable String pattern, @Nullable CountDownLatch looked) {
			this.pattern = pattern;
			this.looked = looked;
		}

	}

	/** A thread whose operation ends while its stack is taken. */
	private final class EndingThread extends Thread {

		private final PendingOperation pending;

		EndingThread(Runnable task, PendingOperation pending) {
			super(task);
			this.pending = pending;
		}

		@Override
		public StackTraceElement[] getStackTrace() {
			TestOperation operation = this.pending.operation;
			CountDownLatch looked = this.pending.looked;
			if (operation != null && looked != null) {
				LooksTests.this.active.leave(operation);
				looked.countDown();
			}
			return super.getStackTrace();
		}

	}

	/** Keeps the stacks that are taken. */
	private static class RecordingFollower implements Follower {

		private final List<StackTraceElement[]> stacks;

		RecordingFollower(List<StackTraceElement[]> stacks) {
			this.stacks = stacks;
		}

		@Override
		public void rehearse() {
		}

		@Override
		public void begin(long now) {
		}

		@Override
		public boolean visit(Operation operation, @Nullable Thread thread, long now) {
			return true;
		}

		@Override
		public void sampled(Operation operation, Thread thread, String activity, StackTraceElement[] stack, long now) {
			this.stacks.add(stack);
		}

		@Override
		public void end(long now) {
		}

		@Override
		public void close(long now) {
		}

	}

	/** A thread that cannot be looked at. */
	private static final class HostileThread extends Thread {

		HostileThread(Runnable task) {
			super(task);
		}

		@Override
		public StackTraceElement[] getStackTrace() {
			throw new InternalError("planned");
		}

	}

}
