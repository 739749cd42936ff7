package io.gmicro.slow;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.sampling.SamplerDriver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.FilterChain;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.HandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who is blamed, and what that costs at most.
 */
class SlowRequestTrackerTests {

	private static final long HOUR = TimeUnit.HOURS.toNanos(1);

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final ActiveExchanges active = new ActiveExchanges(this.registry);

	private final Deque<SlowRequest> history = new ConcurrentLinkedDeque<>();

	private @Nullable SlowRequestTracker tracker;

	@Test
	void requestPastItsThresholdIsSampledAtGrowingDistances() throws Exception {
		SamplerDriver sampler = sampler(Duration.ofSeconds(10), Map.of());
		ExchangeObserver slow = ending();
		long start = System.nanoTime();
		run(List.of(slow), "/a", () -> {
			Thread ticker = new Thread(() -> {
				for (int second = 0; second <= 60; second++) {
					sampler.look(start + TimeUnit.SECONDS.toNanos(second));
				}
			});
			ticker.start();
			join(ticker);
		});
		sampler.look(System.nanoTime());
		SlowRequest story = this.history.getFirst();
		assertThat(story.samples()).isBetween(15, 22);
		assertThat(story.route()).isEqualTo("/a");
		assertThat(frames(story.stacks().root())).anyMatch((frame) -> frame.contains("SlowRequestTrackerTests.join"))
			.noneMatch((frame) -> frame.contains("ExchangeFilter"));
	}

	@Test
	void requestBelowItsThresholdIsLeftAlone() throws Exception {
		SamplerDriver sampler = sampler(Duration.ofSeconds(10), Map.of("/patient", Duration.ofHours(41)));
		ExchangeObserver slow = ending();
		run(List.of(slow), "/patient", () -> {
			this.active.matched("/patient");
			sampler.look(System.nanoTime() + HOUR);
		});
		sampler.look(System.nanoTime());
		assertThat(this.history).singleElement().satisfies((story) -> assertThat(story.samples()).isZero());
	}

	@Test
	void requestThatHasEndedIsForgottenUnlessItWasSlow() throws Exception {
		SamplerDriver sampler = sampler(Duration.ofSeconds(10), Map.of());
		run(List.of(), "/a", () -> sampler.look(System.nanoTime() + HOUR));
		sampler.look(System.nanoTime() + HOUR);
		assertThat(this.history).isEmpty();
		assertThat(tracker().tracked()).isZero();
	}

	/**
	 * Each request runs through a method of its own route. Should a stack ever be given
	 * to another request than the one it was taken of, it names the wrong method.
	 */
	@Test
	void noRequestIsBlamedForAnother() throws Exception {
		int threads = 64;
		int requests = 1_000_000;
		SamplerDriver sampler = sampler(Duration.ofMillis(1), Map.of());
		ExchangeObserver all = ending();
		ExchangeObserver slow = (exchange) -> {
			if (exchange.duration(TimeUnit.MICROSECONDS) > 1000) {
				all.onEnd(exchange);
			}
		};
		AtomicBoolean running = new AtomicBoolean(true);
		Thread ticker = new Thread(() -> {
			while (running.get()) {
				sampler.look(System.nanoTime());
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
		});
		ticker.start();
		ExchangeFilter filter = filter(List.of(slow));
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		List<Future<?>> workers = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			workers.add(executor.submit(() -> {
				Requests own = new Requests(filter);
				for (int j = 0; j < requests / threads; j++) {
					own.send(j);
				}
				return null;
			}));
		}
		for (Future<?> worker : workers) {
			worker.get(3, TimeUnit.MINUTES);
		}
		executor.shutdown();
		running.set(false);
		ticker.join();
		sampler.look(System.nanoTime());
		List<SlowRequest> stories = List.copyOf(this.history);
		assertThat(stories.stream().filter((story) -> story.samples() > 0)).isNotEmpty();
		assertThat(stories.stream().filter((story) -> !isTold(story)).toList()).isEmpty();
		assertThat(stories.stream().filter((story) -> story.duration().compareTo(Duration.ofMillis(1)) <= 0)).isEmpty();
		this.active.operations().forEach((exchange) -> {
			throw new AssertionError("The table is not empty");
		});
		assertThat(tracker().tracked()).isZero();
	}

	@Test
	void asynchronousRequestThatHoldsNoThreadSaysSo() throws Exception {
		SamplerDriver sampler = sampler(Duration.ofMillis(1), Map.of());
		MockHttpServletRequest request = request("/a");
		request.setAsyncSupported(true);
		filter(List.of(ending())).doFilter(request, new MockHttpServletResponse(),
				(asyncRequest, response) -> asyncRequest.startAsync());
		sampler.look(System.nanoTime() + HOUR);
		assertThat(tracker().tracked()).isZero();
		Objects.requireNonNull(request.getAsyncContext()).complete();
		sampler.look(System.nanoTime() + HOUR);
		assertThat(this.history).singleElement().satisfies((story) -> {
			assertThat(story.thread()).isEqualTo(RequestText.ASYNCHRONOUS);
			assertThat(story.samples()).isZero();
		});
	}

	@Test
	void openStreamsDoNotTakeThePlaceOfSlowRequests() throws Exception {
		SamplerDriver sampler = sampler(Duration.ofMillis(1), Map.of());
		for (int i = 0; i < 1200; i++) {
			MockHttpServletRequest request = request("/later");
			request.setAsyncSupported(true);
			filter(List.of()).doFilter(request, new MockHttpServletResponse(), (asyncRequest, response) -> {
				sampler.look(System.nanoTime() + HOUR);
				asyncRequest.startAsync();
			});
		}
		assertThat(tracker().tracked()).isLessThanOrEqualTo(1000);
		run(List.of(ending()), "/a", () -> {
			sampler.look(System.nanoTime() + 2 * HOUR);
			sampler.look(System.nanoTime() + 3 * HOUR);
		});
		sampler.look(System.nanoTime() + 4 * HOUR);
		assertThat(this.history).singleElement().satisfies((story) -> assertThat(story.samples()).isPositive());
	}

	@Test
	void tracesOfRequestsThatNeverCompleteAreBounded() throws Exception {
		try (SlowRequests slow = new SlowRequests(this.registry, this.active,
				new Thresholds(Duration.ofSeconds(1), Map.of()), 10, () -> "trace")) {
			ExchangeFilter filter = filter(List.of(slow));
			for (int i = 0; i < SlowRequests.MAX_ASYNC_TRACES + 100; i++) {
				MockHttpServletRequest request = request("/a");
				request.setAsyncSupported(true);
				filter.doFilter(request, new MockHttpServletResponse(),
						(asyncRequest, response) -> asyncRequest.startAsync());
			}
			assertThat(slow.asyncTraces()).isEqualTo(SlowRequests.MAX_ASYNC_TRACES);
		}
	}

	@Test
	void stackTakenAfterTheRequestHasEndedIsDropped() throws Exception {
		SamplerDriver sampler = sampler(Duration.ofMillis(1), Map.of());
		ExchangeObserver slow = ending();
		CountDownLatch looked = new CountDownLatch(1);
		CountDownLatch next = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(1);
		Thread thread = new LateThread(() -> {
			run(List.of(slow), "/first", () -> await(looked));
			run(List.of(slow), "/next", () -> {
				next.countDown();
				await(done);
			});
		}, looked, next);
		thread.start();
		Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
		sampler.look(System.nanoTime() + HOUR);
		done.countDown();
		thread.join();
		sampler.look(System.nanoTime());
		assertThat(this.history).extracting(SlowRequest::route).containsExactly("/next", "/first");
		assertThat(this.history).allSatisfy((story) -> assertThat(story.samples()).isZero());
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void manySlowVirtualThreadsCostABoundedNumberOfStacksATick() throws Exception {
		int requests = 10_000;
		SamplerDriver sampler = sampler(Duration.ofMillis(1), Map.of());
		ExchangeFilter filter = filter(List.of());
		CountDownLatch entered = new CountDownLatch(requests);
		CountDownLatch released = new CountDownLatch(1);
		try (AutoCloseable executor = virtualThreads()) {
			for (int i = 0; i < requests; i++) {
				((ExecutorService) executor).execute(() -> {
					try {
						filter.doFilter(request("/a"), new MockHttpServletResponse(), (request, response) -> {
							entered.countDown();
							await(released);
						});
					}
					catch (Exception ex) {
						throw new IllegalStateException(ex);
					}
				});
			}
			assertThat(entered.await(1, TimeUnit.MINUTES)).isTrue();
			AtomicInteger seen = new AtomicInteger();
			this.active.operations().forEach((exchange) -> seen.incrementAndGet());
			assertThat(seen).hasValue(requests);
			for (int tick = 1; tick <= 20; tick++) {
				sampler.look(System.nanoTime() + tick * HOUR);
				assertThat(sampler.taken()).isBetween(1, tick * SamplerDriver.MAX_STACKS);
			}
			assertThat(sampler.taken()).isGreaterThan(SlowRequestTracker.STACKS_PER_LOOK);
			assertThat(tracker().tracked()).isLessThanOrEqualTo(1000);
			released.countDown();
		}
		this.active.operations().forEach((exchange) -> {
			throw new AssertionError("The table is not empty");
		});
	}

	@Test
	void requestThatCannotBeLookedAtDoesNotEndTheSampler() throws Exception {
		try (SlowRequests slow = new SlowRequests(this.registry, this.active,
				new Thresholds(Duration.ofMillis(1), Map.of()), 10, TraceIds.NONE)) {
			slow.start();
			CountDownLatch released = new CountDownLatch(1);
			Thread hostile = new HostileThread(() -> run(List.of(slow), "/hostile", () -> await(released)));
			hostile.start();
			Awaitility.await()
				.untilAsserted(() -> assertThat(this.registry.get("gmicro.observer.errors").counter().count())
					.isGreaterThan(2));
			run(List.of(slow), "/a", () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500)));
			Awaitility.await()
				.untilAsserted(() -> assertThat(slow.newestFirst())
					.anySatisfy((story) -> assertThat(story.samples()).isPositive()));
			released.countDown();
			hostile.join();
			Awaitility.await().untilAsserted(() -> assertThat(slow.newestFirst()).hasSize(2));
		}
		assertThat(this.registry.get("gmicro.sampler.restarts").counter().count()).isZero();
		assertThat(this.registry.get("http.server.slow.requests").counters()).hasSize(2);
	}

	private SamplerDriver sampler(Duration threshold, Map<String, Duration> routes) {
		SamplerDriver driver = new SamplerDriver(this.active, this.registry);
		this.tracker = new SlowRequestTracker(this.active.operations(), new Thresholds(threshold, routes),
				this.history::addFirst, OwnCode.UNKNOWN, driver.sampler().pauses(), this.registry);
		driver.sampler().follow(this.tracker);
		return driver;
	}

	private SlowRequestTracker tracker() {
		return Objects.requireNonNull(this.tracker);
	}

	private ExchangeObserver ending() {
		SlowRequestTracker tracker = tracker();
		return (exchange) -> tracker.ended(exchange,
				(exchange.thread() != null) ? Thread.currentThread().getName() : null, null);
	}

	private ExchangeFilter filter(List<ExchangeObserver> observers) {
		List<ExchangeObserver> all = new ArrayList<>(observers);
		all.add(this.active);
		return new ExchangeFilter(all, List.of(), 100, this.registry);
	}

	private void run(List<ExchangeObserver> observers, String route, Runnable handler) {
		try {
			filter(observers).doFilter(request(route), new MockHttpServletResponse(),
					(request, response) -> handler.run());
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static MockHttpServletRequest request(String route) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
		request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, route);
		return request;
	}

	/** Whether nothing but the method of its own route was seen. */
	private static boolean isTold(SlowRequest story) {
		String method = "route" + story.route().substring(1);
		return frames(story.stacks().root()).stream()
			.filter((frame) -> frame.contains("Requests.route"))
			.allMatch((frame) -> frame.endsWith(method));
	}

	private static List<String> frames(StackTree.Node node) {
		List<String> frames = new ArrayList<>();
		for (StackTree.Node callee : node.callees()) {
			StackTraceElement call = Objects.requireNonNull(callee.call());
			frames.add(call.getClassName() + "." + call.getMethodName());
			frames.addAll(frames(callee));
		}
		return frames;
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static AutoCloseable virtualThreads() throws ReflectiveOperationException {
		Method factory = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
		return (AutoCloseable) factory.invoke(null);
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

	/** A thread that has moved on to its next request by the time its stack is taken. */
	private static final class LateThread extends Thread {

		private final CountDownLatch looked;

		private final CountDownLatch next;

		LateThread(Runnable task, CountDownLatch looked, CountDownLatch next) {
			super(task);
			this.looked = looked;
			this.next = next;
		}

		@Override
		public StackTraceElement[] getStackTrace() {
			this.looked.countDown();
			SlowRequestTrackerTests.await(this.next);
			return super.getStackTrace();
		}

	}

	/**
	 * The requests of one thread, three routes in turn, fifty in a thousand of them slow
	 * and in a row.
	 */
	private static final class Requests {

		private final ExchangeFilter filter;

		private final List<MockHttpServletRequest> requests = List.of(request("/A"), request("/B"), request("/C"));

		private final List<FilterChain> handlers = List.of((request, response) -> routeA(),
				(request, response) -> routeB(), (request, response) -> routeC());

		private final MockHttpServletResponse response = new MockHttpServletResponse();

		private int sent;

		Requests(ExchangeFilter filter) {
			this.filter = filter;
		}

		void send(int number) throws Exception {
			this.sent = number;
			this.filter.doFilter(this.requests.get(number % 3), this.response, this.handlers.get(number % 3));
		}

		private void routeA() {
			work();
		}

		private void routeB() {
			work();
		}

		private void routeC() {
			work();
		}

		private void work() {
			if (this.sent % 1000 < 50) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3));
			}
		}

	}

}
