package io.gmicro.testing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A thread that was made to wait, and how long it did.
 */
public final class Waits {

	private static final long LONG_ENOUGH = TimeUnit.MILLISECONDS.toNanos(30);

	private volatile long before;

	private volatile long after;

	private final long shortest;

	private Waits(Runnable waiting, Runnable end, Starter starter) {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		CompletableFuture<Boolean> done = new CompletableFuture<>();
		starter.start(() -> {
			thread.complete(Thread.currentThread());
			this.before = System.nanoTime();
			waiting.run();
			this.after = System.nanoTime();
			done.complete(true);
		});
		while (!isWaiting(thread.join())) {
			Thread.onSpinWait();
		}
		long start = System.nanoTime();
		while (System.nanoTime() - start < LONG_ENOUGH) {
			Thread.onSpinWait();
		}
		this.shortest = System.nanoTime() - start;
		end.run();
		done.join();
	}

	private static boolean isWaiting(Thread thread) {
		return thread.getState() == Thread.State.BLOCKED || thread.getState() == Thread.State.WAITING;
	}

	/**
	 * Has a thread wait for a monitor.
	 * @param starter what runs it
	 * @return how long it waited
	 */
	public static Waits forMonitor(Starter starter) {
		return forMonitor(starter, () -> {
		});
	}

	/**
	 * Has a thread wait for a monitor.
	 * @param starter what runs it
	 * @param meanwhile what to do while it waits
	 * @return how long it waited
	 */
	public static Waits forMonitor(Starter starter, Runnable meanwhile) {
		Object monitor = new Object();
		CompletableFuture<Boolean> entered = new CompletableFuture<>();
		CompletableFuture<Boolean> leave = new CompletableFuture<>();
		Thread holder = new Thread(() -> {
			synchronized (monitor) {
				entered.complete(true);
				while (!leave.isDone()) {
					Thread.onSpinWait();
				}
			}
		});
		holder.start();
		entered.join();
		return new Waits(() -> enter(monitor), () -> {
			try {
				meanwhile.run();
			}
			finally {
				leave.complete(true);
			}
		}, starter);
	}

	@SuppressWarnings("EmptyBlock")
	private static void enter(Object monitor) {
		synchronized (monitor) {
			// Being here is all
		}
	}

	/**
	 * Has a thread wait for a lock.
	 * @param starter what runs it
	 * @return how long it waited
	 */
	public static Waits forLock(Starter starter) {
		ReentrantLock lock = new ReentrantLock();
		lock.lock();
		return new Waits(() -> lock(lock), lock::unlock, starter);
	}

	private static void lock(ReentrantLock lock) {
		lock.lock();
		lock.unlock();
	}

	/**
	 * Has a thread wait for a result.
	 * @param starter what runs it
	 * @return how long it waited
	 */
	public static Waits forResult(Starter starter) {
		CompletableFuture<String> result = new CompletableFuture<>();
		return new Waits(() -> join(result), () -> result.complete("done"), starter);
	}

	private static void join(CompletableFuture<String> result) {
		result.join();
	}

	/**
	 * Has a thread wait for nothing but time.
	 * @param starter what runs it
	 * @param duration how long it waits
	 * @return how long it waited at most, in nanoseconds
	 */
	public static long park(Starter starter, Duration duration) {
		CompletableFuture<Long> waited = new CompletableFuture<>();
		starter.start(() -> {
			long start = System.nanoTime();
			park(duration);
			waited.complete(System.nanoTime() - start);
		});
		return waited.join();
	}

	private static void park(Duration duration) {
		LockSupport.parkNanos(duration.toNanos());
	}

	/** What it waited at least, in nanoseconds. */
	public long shortest() {
		return this.shortest;
	}

	/** What it waited at most, in nanoseconds. */
	public long longest() {
		return this.after - this.before;
	}

	/**
	 * Runs something on another thread.
	 */
	@FunctionalInterface
	public interface Starter {

		void start(Runnable task);

	}

}
