package io.gmicro.benchmarks;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Stops child processes and deletes temporary files, the last one first, when this
 * process ends, on Ctrl-C and after a failure as well. Closing must be idempotent.
 * Thread-safe.
 */
final class ShutdownHook {

	private static final Deque<AutoCloseable> STARTED = new ArrayDeque<>();

	private ShutdownHook() {
	}

	static synchronized void add(AutoCloseable started) {
		if (STARTED.isEmpty()) {
			Runtime.getRuntime().addShutdownHook(new Thread(ShutdownHook::closeAll));
		}
		STARTED.push(started);
	}

	private static synchronized void closeAll() {
		for (AutoCloseable started : STARTED) {
			try {
				started.close();
			}
			catch (Exception ex) {
				System.err.println("Could not stop " + started + ": " + ex);
			}
		}
	}

}
