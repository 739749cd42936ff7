package io.gmicro.benchmarks;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock, either a monitor or a {@link ReentrantLock}, that a dedicated thread holds
 * until a request wants it, and then for a given time. The request always finds it held.
 */
final class HeldLock {

	private final ReentrantLock lock = new ReentrantLock();

	private final Object monitor = new Object();

	private final Semaphore wanted = new Semaphore(0);

	private final Semaphore acquired = new Semaphore(0);

	private final boolean isMonitor;

	private volatile long nanos;

	private HeldLock(boolean isMonitor) {
		this.isMonitor = isMonitor;
	}

	/** Start a thread that adds its lock to the free ones whenever it is held. */
	static void start(boolean isMonitor, BlockingQueue<HeldLock> free) {
		HeldLock lock = new HeldLock(isMonitor);
		Thread holder = new Thread(() -> lock.hold(free), "lock-holder");
		holder.setDaemon(true);
		holder.start();
	}

	private void hold(BlockingQueue<HeldLock> free) {
		while (true) {
			if (this.isMonitor) {
				synchronized (this.monitor) {
					holdOnce(free);
				}
			}
			else {
				this.lock.lock();
				try {
					holdOnce(free);
				}
				finally {
					this.lock.unlock();
				}
			}
			this.acquired.acquireUninterruptibly();
		}
	}

	private void holdOnce(BlockingQueue<HeldLock> free) {
		free.add(this);
		this.wanted.acquireUninterruptibly();
		long end = System.nanoTime() + this.nanos;
		for (long left = this.nanos; left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	/** Acquire and release this lock, taken from the free ones. */
	void acquire(long millis) {
		this.nanos = TimeUnit.MILLISECONDS.toNanos(millis);
		this.wanted.release();
		if (this.isMonitor) {
			synchronized (this.monitor) {
				this.acquired.release();
			}
		}
		else {
			this.lock.lock();
			this.acquired.release();
			this.lock.unlock();
		}
	}

}
