package io.gmicro.inflight;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether there is room for what is being served, and whether it is found.
 */
class ActiveOperationsTests {

	private static final int MANY = 30_000;

	private static final int THREADS = 10;

	private final Counter overflow = Counter.builder("overflow").register(new SimpleMeterRegistry());

	private final ActiveOperations active = new ActiveOperations(this.overflow);

	@Test
	void threadWithThousandsOfDetachedOperationsHasASlotForItsNext() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			List<Callable<Boolean>> tasks = Collections.nCopies(THREADS, () -> {
				for (int i = 0; i < MANY / THREADS; i++) {
					Served open = new Served();
					this.active.enter(open);
					this.active.detach(open);
					open.servedBy(null);
				}
				Served next = new Served();
				this.active.enter(next);
				boolean found = this.active.contains(next) && this.active.current(Served.class) == next
						&& seen().contains(next);
				this.active.leave(next);
				return found && !this.active.contains(next);
			});
			for (Future<Boolean> found : threads.invokeAll(tasks)) {
				assertThat(found.get()).isTrue();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(seen()).hasSize(MANY);
		assertThat(this.overflow.count()).isZero();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void eachOfThirtyThousandVirtualThreadsHasASlot() throws Exception {
		CountDownLatch entered = new CountDownLatch(MANY);
		CountDownLatch released = new CountDownLatch(1);
		AtomicInteger found = new AtomicInteger();
		Method factory = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
		try (AutoCloseable executor = (AutoCloseable) factory.invoke(null)) {
			for (int i = 0; i < MANY; i++) {
				((ExecutorService) executor).submit(() -> {
					Served own = new Served();
					this.active.enter(own);
					entered.countDown();
					released.await();
					if (this.active.current(Served.class) == own) {
						found.incrementAndGet();
					}
					this.active.leave(own);
					return null;
				});
			}
			assertThat(entered.await(1, TimeUnit.MINUTES)).isTrue();
			assertThat(seen()).hasSize(MANY);
			released.countDown();
		}
		assertThat(found).hasValue(MANY);
		assertThat(seen()).isEmpty();
		assertThat(this.overflow.count()).isZero();
	}

	/** However ids of threads are spread, each finds a slot near its own. */
	@Test
	void slotsOfManyThreadsAreNearTheFirst() {
		Random random = new Random(1);
		int[] sorted = random.ints(0, 100 * MANY).distinct().limit(MANY).sorted().toArray();
		assertThat(farthest((i) -> i)).isLessThan(64);
		assertThat(farthest((i) -> 10L * i)).isLessThan(64);
		assertThat(farthest((i) -> 65_536L * i)).isLessThan(64);
		assertThat(farthest((i) -> (i < MANY / 2) ? i : i + 65_536L)).isLessThan(64);
		assertThat(farthest((i) -> sorted[i])).isLessThan(64);
	}

	private static int farthest(IntToLongFunction ids) {
		Slots slots = new Slots(16);
		Served operation = new Served();
		return IntStream.range(0, MANY).map((i) -> {
			int slot = slots.first(ids.applyAsLong(i));
			int probes = 0;
			while (!slots.take(slot, operation)) {
				slot = slots.next(slot);
				probes++;
			}
			return probes;
		}).max().orElseThrow();
	}

	@Test
	void detachedOperationIsFoundByTheThreadThatServesIt() throws Exception {
		Served open = new Served();
		this.active.enter(open);
		this.active.detach(open);
		open.servedBy(null);
		assertThat(this.active.current(Served.class)).isNull();
		Served other = new Served();
		this.active.enter(other);
		Thread dispatch = new Thread(() -> {
			open.servedBy(Thread.currentThread());
			this.active.attach(open);
			open.found = this.active.current(Served.class);
			open.servedBy(null);
			this.active.detach(open);
			other.found = this.active.current(Served.class);
		});
		dispatch.start();
		dispatch.join();
		assertThat(open.found).isSameAs(open);
		assertThat(other.found).isNull();
		assertThat(this.active.contains(open)).isTrue();
		assertThat(visits()).containsExactlyInAnyOrder(open, other);
		this.active.leave(open);
		this.active.leave(other);
		assertThat(visits()).isEmpty();
	}

	@Test
	void operationThatEndsDuringADispatchIsGoneAtOnce() {
		Served open = new Served();
		this.active.detach(open);
		this.active.attach(open);
		this.active.leave(open);
		assertThat(this.active.contains(open)).isFalse();
		assertThat(visits()).isEmpty();
		this.active.detach(open);
		assertThat(this.active.current(Served.class)).isNull();
	}

	@Test
	void operationIsNeverMissedWhileItIsMoved() throws Exception {
		int operations = 200_000;
		Served[] moving = new Served[1];
		CountDownLatch stop = new CountDownLatch(1);
		AtomicInteger missed = new AtomicInteger();
		AtomicInteger looks = new AtomicInteger();
		Served held = new Served();
		this.active.enter(held);
		Thread looking = new Thread(() -> {
			while (stop.getCount() > 0) {
				Served before = (Served) held.found;
				boolean there = before == null || this.active.contains(before);
				boolean seen = before == null || visits().contains(before);
				// It has not ended meanwhile
				if (before != null && held.found == before && !before.ended && !(there && seen)) {
					missed.incrementAndGet();
				}
				looks.incrementAndGet();
			}
		});
		looking.start();
		for (int i = 0; i < operations || looks.get() < 1000; i++) {
			moving[0] = new Served();
			this.active.enter(moving[0]);
			held.found = moving[0];
			this.active.detach(moving[0]);
			moving[0].ended = true;
			this.active.leave(moving[0]);
		}
		stop.countDown();
		looking.join();
		assertThat(missed).hasValue(0);
	}

	@Test
	void operationsPastTheCapacityAreCountedAndLeaveTheThreadItsSlots() {
		int capacity = 1 << 15;
		for (int i = 0; i < capacity + 100; i++) {
			Served open = new Served();
			this.active.enter(open);
			this.active.detach(open);
			open.servedBy(null);
			this.active.attach(open);
			this.active.detach(open);
		}
		assertThat(this.overflow.count()).isEqualTo(100);
		assertThat(seen()).hasSize(capacity);
		Served next = new Served();
		this.active.enter(next);
		assertThat(this.active.contains(next)).isTrue();
	}

	private Set<Operation> seen() {
		Set<Operation> seen = Collections.newSetFromMap(new IdentityHashMap<>());
		this.active.forEach(seen::add);
		return seen;
	}

	private List<Operation> visits() {
		List<Operation> visits = new ArrayList<>();
		this.active.forEach(visits::add);
		return visits;
	}

	private static final class Served extends Operation {

		private volatile @Nullable Operation found;

		private volatile boolean ended;

		Served() {
			super(System.nanoTime());
		}

		@Override
		public String methodText() {
			return "test";
		}

		@Override
		public @Nullable String pattern() {
			return null;
		}

		@Override
		public String route() {
			return "test";
		}

		@Override
		public String statusText() {
			return "ok";
		}

		@Override
		public boolean isLongLived() {
			return false;
		}

		@Override
		public String boundary() {
			return ActiveOperationsTests.class.getName();
		}

	}

}
