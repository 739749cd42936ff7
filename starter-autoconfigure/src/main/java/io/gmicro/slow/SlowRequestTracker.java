package io.gmicro.slow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.gmicro.activity.Activities;
import io.gmicro.diagnostics.OwnCode;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Failures;
import io.gmicro.sampling.Follower;
import io.gmicro.sampling.Pauses;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Follows the operations that may turn out slow, from early on, and turns those that have
 * been slow into {@link SlowRequest slow requests}. What it holds and how many stacks it
 * wants per look is bounded. {@link #ended} may be called by any thread, all other
 * methods only by the sampler thread.
 */
final class SlowRequestTracker implements Follower {

	static final int STACKS_PER_LOOK = 8;

	private static final int MAX_TRACKED = 1000;

	/** Up to this part of the tracked operations may have left the table. */
	private static final int MIN_GONE_PART = 8;

	/** Requests whose trees have room for all calls. */
	private static final int FULL_TREES = 100;

	private static final int MAX_ENDED = 1000;

	private static final long COLD = TimeUnit.MINUTES.toNanos(1);

	private final Map<Operation, RequestSamples> tracked = new IdentityHashMap<>();

	private final List<Operation> passed = new ArrayList<>();

	private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

	private final AtomicInteger waiting = new AtomicInteger();

	private final ActiveOperations active;

	private final Thresholds thresholds;

	private final Consumer<SlowRequest> history;

	private final Pauses pauses;

	private final OwnCode own;

	private final SlowRequestLog log;

	private final Failures failures;

	/** The start of the first request. */
	private long firstNanos;

	private boolean any;

	private long lastLook = System.nanoTime();

	/** The number of tracked operations that this look has met. */
	private int followed;

	private int due;

	private int dueBefore;

	private int stacksLeft;

	SlowRequestTracker(ActiveOperations active, Thresholds thresholds, Consumer<SlowRequest> history, OwnCode own,
			Pauses pauses, MeterRegistry registry) {
		this.active = active;
		this.thresholds = thresholds;
		this.history = history;
		this.own = own;
		this.pauses = pauses;
		this.log = new SlowRequestLog(own);
		this.failures = new Failures(registry, SlowRequests.logger, "Sampling a slow request failed");
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

	@Override
	public void rehearse() {
		RequestSamples samples = new RequestSamples(0, 1, OwnCode.UNKNOWN);
		Thread thread = Thread.currentThread();
		samples.add(thread, Activities.OTHER, thread.getStackTrace(), 1, this.pauses);
		samples.end(2, this.pauses);
		SlowHistory history = new SlowHistory(1);
		for (String route : List.of("a", "a", "b")) {
			SlowRequest request = new SlowRequest(Instant.now(), "", route, "", Duration.ofMillis(1), null, false,
					samples);
			this.log.line(request);
			history.add(request);
		}
		history.newestFirst();
	}

	@Override
	public void begin(long now) {
		takeEnded(now);
		this.followed = 0;
		this.passed.clear();
		this.dueBefore = this.due;
		this.due = 0;
		this.stacksLeft = STACKS_PER_LOOK;
	}

	/** Searches for operations that have left the table once they are many enough. */
	private void forgetGone(long now) {
		boolean full = this.tracked.size() >= MAX_TRACKED;
		if (full || (this.tracked.size() - this.followed) * MIN_GONE_PART > this.tracked.size()) {
			// A slow request that has left the table by now is already in the queue.
			// Those that hold no thread may stay forever
			List<Operation> gone = this.tracked.keySet()
				.stream()
				.filter((operation) -> !this.active.contains(operation) || operation.isLongLived()
						|| (full && operation.thread() == null))
				.toList();
			takeEnded(now);
			gone.forEach(this.tracked::remove);
		}
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

	@Override
	public boolean visit(Operation operation, @Nullable Thread thread, long now) {
		if (!this.any) {
			this.any = true;
			this.firstNanos = operation.startNanos();
		}
		long age = now - operation.startNanos();
		if (age < this.thresholds.smallestNanos() / RequestSamples.FIRST || operation.isLongLived()) {
			return false;
		}
		long threshold = this.thresholds.nanos(operation.pattern());
		if (age > threshold && this.lastLook - operation.startNanos() <= threshold) {
			this.passed.add(operation);
		}
		RequestSamples samples = (age >= threshold / RequestSamples.FIRST) ? samplesOf(operation, thread, threshold)
				: this.tracked.get(operation);
		if (samples == null) {
			return false;
		}
		this.followed++;
		if (thread != null) {
			samples.seen(thread.getState(), now);
		}
		if (!samples.isDue(now)) {
			return false;
		}
		if (thread == null) {
			samples.addAsync(now, this.pauses);
			return false;
		}
		this.due++;
		// Rather any of them than the first ones of the table
		if (ThreadLocalRandom.current().nextInt(Math.max(this.dueBefore, STACKS_PER_LOOK)) >= STACKS_PER_LOOK) {
			return false;
		}
		this.stacksLeft--;
		return this.stacksLeft >= 0;
	}

	private @Nullable RequestSamples samplesOf(Operation operation, @Nullable Thread thread, long threshold) {
		RequestSamples samples = this.tracked.get(operation);
		if (samples == null && thread != null && this.tracked.size() < MAX_TRACKED) {
			samples = new RequestSamples(operation.startNanos(), threshold, this.own, maxCalls());
			this.tracked.put(operation, samples);
		}
		return samples;
	}

	/** The more requests are followed, the smaller are the trees of further ones. */
	private int maxCalls() {
		return (int) ((long) StackTree.MAX_NODES * FULL_TREES / Math.max(this.tracked.size(), FULL_TREES));
	}

	@Override
	public void sampled(Operation operation, Thread thread, String activity, StackTraceElement[] stack, long now) {
		RequestSamples samples = this.tracked.get(operation);
		if (samples == null && !operation.isLongLived()) {
			// Taken anyway, and perhaps the only one for a while
			long threshold = this.thresholds.nanos(operation.pattern());
			boolean early = now - operation.startNanos() < threshold / RequestSamples.EARLIEST;
			samples = early ? null : samplesOf(operation, thread, threshold);
		}
		if (samples != null && samples.isWelcome(now)) {
			samples.add(thread, activity, stack, now, this.pauses);
		}
	}

	@Override
	public void end(long now) {
		for (Operation operation : this.passed) {
			// It may have become a stream, or ended, meanwhile
			if (!operation.isLongLived() && this.active.contains(operation)) {
				this.log.running(operation, this.tracked.get(operation), this.thresholds.nanos(operation.pattern()),
						now);
			}
		}
		forgetGone(now);
		this.lastLook = now;
		this.log.tick(now);
	}

	@Override
	public void close(long now) {
		takeEnded(now);
		this.log.close();
	}

	private void keep(Ended request, long now) {
		Operation operation = request.operation();
		RequestSamples samples = this.tracked.remove(operation);
		if (samples == null) {
			samples = new RequestSamples(operation.startNanos(), operation.durationNanos(), this.own);
		}
		samples.endedOn(request.thread());
		samples.end(operation.startNanos() + operation.durationNanos(), this.pauses);
		SlowRequest slow = new SlowRequest(Instant.now().minusNanos(now - operation.startNanos()),
				operation.methodText(), operation.route(), operation.statusText(),
				Duration.ofNanos(operation.durationNanos()), request.traceId(), isColdStart(operation), samples);
		this.history.accept(slow);
		this.log.ended(slow, now);
	}

	/** Whether classes were still being loaded and compiled. */
	private boolean isColdStart(Operation operation) {
		return operation.startNanos() - this.firstNanos < COLD;
	}

	/** The number of operations that are followed. */
	int tracked() {
		return this.tracked.size();
	}

	private record Ended(Operation operation, @Nullable String thread, @Nullable String traceId) {
	}

}
