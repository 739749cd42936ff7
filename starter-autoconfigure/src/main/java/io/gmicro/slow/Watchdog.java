package io.gmicro.slow;

import java.time.Duration;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the requests that are being served, samples the stacks of those that have
 * passed their threshold, and turns those that have ended into history. What it keeps and
 * what it does in one tick is bounded. {@link #tick} is called by one thread;
 * {@link #ended} by any.
 */
final class Watchdog {

	static final int STACKS_A_TICK = 16;

	private static final int MAX_STORIES = 1000;

	private static final int MAX_ENDED = 1000;

	private final Map<Operation, Story> stories = new IdentityHashMap<>();

	private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

	private final AtomicInteger waiting = new AtomicInteger();

	private final ActiveOperations active;

	private final Thresholds thresholds;

	private final History history;

	private final SlowRequestLog log = new SlowRequestLog();

	private int stacksLeft;

	private int samples;

	Watchdog(ActiveOperations active, Thresholds thresholds, History history) {
		this.active = active;
		this.thresholds = thresholds;
		this.history = history;
	}

	/**
	 * Take over a slow request that has ended.
	 * @param operation the request
	 * @param thread the name of the thread that it ended on, or {@code null} if it held
	 * none
	 * @param traceId the id of its trace, or {@code null}
	 * @return {@code false} if too many are waiting already
	 */
	boolean ended(Operation operation, @Nullable String thread, @Nullable String traceId) {
		if (this.waiting.incrementAndGet() > MAX_ENDED) {
			this.waiting.decrementAndGet();
			return false;
		}
		this.ended.add(new Ended(operation, thread, traceId));
		return true;
	}

	void tick(long now) {
		// What ended before this line is in the queue if it was slow
		List<Operation> gone = this.stories.keySet()
			.stream()
			.filter((operation) -> !this.active.contains(operation))
			.toList();
		for (Ended request = this.ended.poll(); request != null; request = this.ended.poll()) {
			this.waiting.decrementAndGet();
			tell(request, now);
		}
		gone.forEach(this.stories::remove);
		this.stacksLeft = STACKS_A_TICK;
		this.active.forEach((operation) -> look(operation, now));
	}

	private void look(Operation operation, long now) {
		if (operation.isLongLived() || now - operation.startNanos() <= this.thresholds.nanos(operation.pattern())) {
			return;
		}
		Story story = this.stories.get(operation);
		if (story == null) {
			// One that holds no thread has nothing to tell, and may stay for ever where a
			// container never completes it
			if (this.stories.size() == MAX_STORIES || operation.thread() == null) {
				return;
			}
			story = new Story(operation);
			this.stories.put(operation, story);
		}
		if (this.stacksLeft > 0 && story.isDue(now)) {
			this.stacksLeft--;
			this.samples++;
			sample(operation, story, now);
		}
	}

	private void sample(Operation operation, Story story, long now) {
		ThreadSample sample = ThreadSample.of(operation, this.active);
		if (sample != null) {
			story.add(sample.thread(), sample.stack(), now);
		}
		else {
			story.postpone(now);
		}
	}

	private void tell(Ended request, long now) {
		Operation operation = request.operation();
		Story story = this.stories.remove(operation);
		if (story == null) {
			story = new Story(operation);
		}
		Instant start = Instant.now().minusNanos(now - operation.startNanos());
		String thread = (request.thread() != null) ? request.thread() : story.thread();
		SlowRequest slow = new SlowRequest(start, operation.kind(), operation.label(), operation.outcome(),
				Duration.ofNanos(operation.durationNanos()), thread, request.traceId(),
				story.end(operation.startNanos() + operation.durationNanos()), story.lastStack());
		this.history.add(slow);
		this.log.write(slow, now);
	}

	/**
	 * How many running requests have a story.
	 * @return the number of stories
	 */
	int stories() {
		return this.stories.size();
	}

	/**
	 * How many stacks have been taken so far.
	 * @return the number of stacks
	 */
	int samples() {
		return this.samples;
	}

	private record Ended(Operation operation, @Nullable String thread, @Nullable String traceId) {
	}

}
