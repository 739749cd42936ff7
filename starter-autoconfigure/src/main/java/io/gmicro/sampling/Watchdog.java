package io.gmicro.sampling;

import java.time.Duration;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Failures;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Walks the table of operations in flight, samples the stacks of those that have passed
 * their threshold, and turns those that have ended into {@link SlowRequest slow
 * requests}. What it holds and what it does per tick is bounded. {@link #ended} may be
 * called by any thread, all other methods only by the watchdog thread.
 */
final class Watchdog {

	static final int STACKS_A_TICK = 16;

	private static final int MAX_SAMPLED = 1000;

	private static final int MAX_ENDED = 1000;

	private final Map<Operation, RequestSamples> sampled = new IdentityHashMap<>();

	private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

	private final AtomicInteger waiting = new AtomicInteger();

	private final ActiveOperations active;

	private final Thresholds thresholds;

	private final Consumer<SlowRequest> history;

	private final Standstills standstills;

	private final SlowRequestLog log;

	private final Counter standstillCounter;

	private final Failures failures;

	private long lastTick = System.nanoTime();

	private int stacksLeft;

	private int samples;

	Watchdog(ActiveOperations active, Thresholds thresholds, Consumer<SlowRequest> history, OwnCode own,
			MeterRegistry registry) {
		this(active, thresholds, history, own, registry, new Standstills());
	}

	Watchdog(ActiveOperations active, Thresholds thresholds, Consumer<SlowRequest> history, OwnCode own,
			MeterRegistry registry, Standstills standstills) {
		this.active = active;
		this.thresholds = thresholds;
		this.history = history;
		this.standstills = standstills;
		this.log = new SlowRequestLog(own);
		this.failures = new Failures(registry, SlowRequests.logger, "Sampling a slow request failed");
		this.standstillCounter = Counter.builder("gmicro.process.standstills")
			.description("How often the process stood still for more than a second")
			.register(registry);
	}

	/**
	 * Takes over a slow request that has ended.
	 * @param operation the request
	 * @param thread the name of the thread that it ended on, or {@code null} if it held
	 * none
	 * @param traceId the ID of its trace, or {@code null}
	 * @return {@code false} if too many requests are waiting
	 */
	boolean ended(Operation operation, @Nullable String thread, @Nullable String traceId) {
		boolean added = false;
		try {
			added = this.waiting.incrementAndGet() <= MAX_ENDED
					&& this.ended.add(new Ended(operation, thread, traceId));
		}
		finally {
			// Also when the heap is full
			if (!added) {
				this.waiting.decrementAndGet();
			}
		}
		return added;
	}

	/**
	 * Processes a made-up slow request, since a class whose first use runs out of memory
	 * may remain unusable.
	 */
	void rehearse() {
		StackTree stacks = new StackTree();
		stacks.add(Thread.currentThread().getStackTrace(), 1);
		this.log.line(new SlowRequest(Instant.now(), "", "", "", Duration.ofMillis(1), "", null, stacks));
	}

	/**
	 * Sleeps between two ticks, and reports if the process stood still meanwhile.
	 * @param nanos the duration in nanoseconds
	 */
	void sleep(long nanos) {
		long stoodStill = this.standstills.sleep(nanos);
		if (stoodStill > 0) {
			this.standstillCounter.increment();
			this.log.stoodStill(stoodStill);
		}
	}

	/**
	 * Walks the table once. An exception at one operation does not affect the others.
	 * @param now the current time
	 */
	void tick(long now) {
		// A slow request that has left the table by now is already in the queue
		List<Operation> gone = this.sampled.keySet()
			.stream()
			.filter((operation) -> !this.active.contains(operation))
			.toList();
		takeEnded(now);
		gone.forEach(this.sampled::remove);
		this.stacksLeft = STACKS_A_TICK;
		this.active.forEach((operation) -> {
			try {
				look(operation, now);
			}
			catch (Throwable ex) {
				this.failures.add(ex);
			}
		});
		this.lastTick = now;
		this.log.tick(now);
	}

	private void takeEnded(long now) {
		for (Ended request = this.ended.poll(); request != null; request = this.ended.poll()) {
			this.waiting.decrementAndGet();
			try {
				keep(request, now);
			}
			catch (Throwable ex) {
				this.failures.add(ex);
			}
		}
	}

	/**
	 * Takes over the requests that have ended, for the last time.
	 * @param now the current time
	 */
	void close(long now) {
		takeEnded(now);
		this.log.close();
	}

	private void look(Operation operation, long now) {
		long threshold = this.thresholds.nanos(operation.pattern());
		if (operation.isLongLived() || now - operation.startNanos() <= threshold) {
			return;
		}
		RequestSamples seen = samplesOf(operation);
		if (seen != null && this.stacksLeft > 0 && seen.isDue(now)) {
			this.stacksLeft--;
			this.samples++;
			sample(operation, seen, now);
		}
		if (this.lastTick - operation.startNanos() <= threshold) {
			passed(operation, threshold, seen, now);
		}
	}

	private void passed(Operation operation, long threshold, @Nullable RequestSamples seen, long now) {
		boolean asynchronous = operation.thread() == null;
		// It may have become a stream, or ended, meanwhile
		if (!operation.isLongLived() && this.active.contains(operation)) {
			StackTree stacks = (seen != null && !asynchronous) ? seen.stacks() : null;
			this.log.running(operation, asynchronous, stacks, threshold, now);
		}
	}

	/**
	 * None for an operation without a thread: it has no stack, and may stay forever if
	 * its container never completes it.
	 */
	private @Nullable RequestSamples samplesOf(Operation operation) {
		RequestSamples seen = this.sampled.get(operation);
		if (seen == null && this.sampled.size() < MAX_SAMPLED && operation.thread() != null) {
			seen = new RequestSamples(operation);
			this.sampled.put(operation, seen);
		}
		return seen;
	}

	private void sample(Operation operation, RequestSamples seen, long now) {
		ThreadSample sample = ThreadSample.of(operation, this.active);
		if (sample != null) {
			seen.add(sample, now, this.standstills);
		}
		else {
			seen.postpone(now);
		}
	}

	private void keep(Ended request, long now) {
		Operation operation = request.operation();
		RequestSamples seen = this.sampled.remove(operation);
		if (seen == null) {
			seen = new RequestSamples(operation);
		}
		Instant start = Instant.now().minusNanos(now - operation.startNanos());
		String thread = (request.thread() != null) ? request.thread() : seen.thread();
		SlowRequest slow = new SlowRequest(start, operation.methodText(), operation.route(), operation.statusText(),
				Duration.ofNanos(operation.durationNanos()), thread, request.traceId(),
				seen.end(operation.startNanos() + operation.durationNanos(), this.standstills));
		this.history.accept(slow);
		this.log.ended(slow, now);
	}

	/** The number of running requests that are being sampled. */
	int sampled() {
		return this.sampled.size();
	}

	/** The number of stacks sampled so far. */
	int samples() {
		return this.samples;
	}

	private record Ended(Operation operation, @Nullable String thread, @Nullable String traceId) {
	}

}
