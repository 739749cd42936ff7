package io.gmicro.slow;

import java.time.Duration;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.Exchange;
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

	private final Map<Exchange, Story> stories = new IdentityHashMap<>();

	private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

	private final AtomicInteger waiting = new AtomicInteger();

	private final ActiveExchanges active;

	private final Thresholds thresholds;

	private final History history;

	private final SlowRequestLog log = new SlowRequestLog();

	private int stacksLeft;

	private int samples;

	Watchdog(ActiveExchanges active, Thresholds thresholds, History history) {
		this.active = active;
		this.thresholds = thresholds;
		this.history = history;
	}

	/**
	 * Take over a slow request that has ended.
	 * @param exchange the request
	 * @param thread the name of the thread that it ended on, or {@code null} if it held
	 * none
	 * @param traceId the id of its trace, or {@code null}
	 * @return {@code false} if too many are waiting already
	 */
	boolean ended(Exchange exchange, @Nullable String thread, @Nullable String traceId) {
		if (this.waiting.incrementAndGet() > MAX_ENDED) {
			this.waiting.decrementAndGet();
			return false;
		}
		this.ended.add(new Ended(exchange, thread, traceId));
		return true;
	}

	void tick(long now) {
		// What ended before this line is in the queue if it was slow
		List<Exchange> gone = this.stories.keySet()
			.stream()
			.filter((exchange) -> !this.active.contains(exchange))
			.toList();
		for (Ended request = this.ended.poll(); request != null; request = this.ended.poll()) {
			this.waiting.decrementAndGet();
			tell(request, now);
		}
		gone.forEach(this.stories::remove);
		this.stacksLeft = STACKS_A_TICK;
		this.active.forEach((exchange) -> look(exchange, now));
	}

	private void look(Exchange exchange, long now) {
		if (exchange.isLongLived() || now - exchange.startNanos() <= this.thresholds.nanos(exchange.pattern())) {
			return;
		}
		Story story = this.stories.get(exchange);
		if (story == null) {
			// One that holds no thread has nothing to tell, and may stay for ever where a
			// container never completes it
			if (this.stories.size() == MAX_STORIES || exchange.thread() == null) {
				return;
			}
			story = new Story(exchange);
			this.stories.put(exchange, story);
		}
		if (this.stacksLeft > 0 && story.isDue(now)) {
			this.stacksLeft--;
			this.samples++;
			sample(exchange, story, now);
		}
	}

	private void sample(Exchange exchange, Story story, long now) {
		ThreadSample sample = ThreadSample.of(exchange, this.active);
		if (sample != null) {
			story.add(sample.thread(), sample.stack(), now);
		}
		else {
			story.postpone(now);
		}
	}

	private void tell(Ended request, long now) {
		Exchange exchange = request.exchange();
		Story story = this.stories.remove(exchange);
		if (story == null) {
			story = new Story(exchange);
		}
		Instant start = Instant.now().minusNanos(now - exchange.startNanos());
		String thread = (request.thread() != null) ? request.thread() : story.thread();
		SlowRequest slow = new SlowRequest(start, exchange.method(), exchange.route(), exchange.status(),
				Duration.ofNanos(exchange.durationNanos()), thread, request.traceId(),
				story.end(exchange.startNanos() + exchange.durationNanos()), story.lastStack());
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

	private record Ended(Exchange exchange, @Nullable String thread, @Nullable String traceId) {
	}

}
