package io.gmicro.recorder;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The windows that are kept, bounded by their age and their memory. The oldest are
 * evicted. Thread-safe.
 */
final class HistoryWindows {

	private final Duration keep;

	private final long maxBytes;

	private final Deque<HistoryWindow> windows = new ArrayDeque<>();

	private long bytes;

	HistoryWindows(Duration keep, long maxBytes) {
		this.keep = keep;
		this.maxBytes = maxBytes;
	}

	synchronized void add(HistoryWindow window) {
		this.windows.addLast(window);
		this.bytes += window.bytes();
		evict(window.endNanos());
	}

	/**
	 * Evicts windows that ended too long ago, and those that take too much memory.
	 * @param now a reading of {@link System#nanoTime()}
	 */
	synchronized void evict(long now) {
		for (HistoryWindow oldest = this.windows.peekFirst(); oldest != null
				&& (now - oldest.endNanos() > this.keep.toNanos() || this.bytes > this.maxBytes);) {
			this.bytes -= oldest.bytes();
			this.windows.removeFirst();
			oldest = this.windows.peekFirst();
		}
	}

	/** The windows that overlap a time span, oldest first. */
	synchronized List<HistoryWindow> overlapping(long fromNanos, long toNanos) {
		return this.windows.stream().filter((window) -> window.overlap(fromNanos, toNanos) > 0).toList();
	}

	/** The start of the oldest window, or {@code null} without any. */
	synchronized @Nullable Instant since() {
		HistoryWindow oldest = this.windows.peekFirst();
		return (oldest != null) ? oldest.start() : null;
	}

	/** The memory that the windows take. */
	synchronized long bytes() {
		return this.bytes;
	}

}
