package com.acme.shop;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.springframework.stereotype.Component;

/**
 * Waits for a lock, sleeps and computes, one after another.
 */
@Component
class Phases {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private final Object lock = new Object();

	String all() throws InterruptedException {
		CountDownLatch held = new CountDownLatch(1);
		Thread holder = new Thread(() -> hold(held));
		holder.start();
		held.await();
		locked();
		TimeUnit.SECONDS.sleep(2);
		return compute();
	}

	private void hold(CountDownLatch held) {
		synchronized (this.lock) {
			held.countDown();
			try {
				TimeUnit.SECONDS.sleep(1);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private void locked() {
		synchronized (this.lock) {
			this.lock.notifyAll();
		}
	}

	private static String compute() {
		long random = 1;
		long end = THREADS.getCurrentThreadCpuTime() + TimeUnit.SECONDS.toNanos(1);
		while (THREADS.getCurrentThreadCpuTime() < end) {
			for (int i = 0; i < 10_000; i++) {
				random = random * 6364136223846793005L + 1442695040888963407L;
			}
		}
		return Long.toString(random);
	}

}
