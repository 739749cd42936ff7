package com.acme.shop;

import java.util.ArrayDeque;
import java.util.Deque;

import org.springframework.stereotype.Component;

/**
 * Keeps so much in memory that the garbage collector hardly finds anything.
 */
@Component
class Exports {

	private static final int ROW = 64;

	private static final double FULL = 0.85;

	/** What was garbage before a collection is filled after it. */
	private static final int PASSES = 3;

	private static final long NANOS = 4_000_000_000L;

	private static final int RECENT = 1000;

	int render() {
		Deque<byte[]> kept = new ArrayDeque<>();
		for (int pass = 0; pass < PASSES; pass++) {
			fill(kept);
			System.gc();
		}
		Deque<byte[]> recent = new ArrayDeque<>();
		for (long start = System.nanoTime(); System.nanoTime() - start < NANOS;) {
			recent.add(new byte[ROW]);
			if (recent.size() > RECENT) {
				recent.remove();
			}
		}
		return kept.size() + recent.size();
	}

	private static void fill(Deque<byte[]> kept) {
		Runtime runtime = Runtime.getRuntime();
		while (runtime.totalMemory() - runtime.freeMemory() < FULL * runtime.maxMemory()) {
			kept.add(new byte[ROW]);
		}
	}

}
