package io.gmicro.sample.work;

import java.util.concurrent.TimeUnit;

import org.springframework.stereotype.Component;

/**
 * A lock that is fought for even when there is only one request: every caller brings a
 * rival thread of its own.
 */
@Component
final class ContendedLock {

	/** Long enough for a flight recorder with its default threshold of 20 ms. */
	private static final long TURN_MILLIS = 25;

	private final Object monitor = new Object();

	int contend(int millis) throws InterruptedException {
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		Thread rival = new Thread(() -> rival(end), "contend-rival");
		rival.setDaemon(true);
		rival.start();
		int turns = takeTurns(end);
		rival.join();
		return turns;
	}

	private void rival(long end) {
		try {
			takeTurns(end);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private int takeTurns(long end) throws InterruptedException {
		for (int turns = 0;; turns++) {
			synchronized (this.monitor) {
				long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
				if (left <= 0) {
					return turns;
				}
				Thread.sleep(Math.min(left, TURN_MILLIS));
			}
		}
	}

}
