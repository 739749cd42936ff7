package io.gmicro.scrape;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import org.jspecify.annotations.Nullable;

/**
 * A single scrape. It runs on one worker thread; if a collector blocks that thread, the
 * run is executed again, on another thread, and continues with the next collector. The
 * timeout applies to all collectors together; once it has passed, each of the remaining
 * ones still gets a short time.
 */
final class CollectorRun implements Runnable {

	private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final List<MetricSnapshot> collected = new ArrayList<>();

	private final List<Failure> failures = new ArrayList<>();

	private final Iterator<Object> collectors;

	private final @Nullable Predicate<String> names;

	private final Map<Object, Long> blocked;

	private final long timeoutNanos;

	private final long startNanos = System.nanoTime();

	private final Thread caller = Thread.currentThread();

	/** The thread that collects; no longer one that a collector blocks. */
	private @Nullable Thread worker;

	private @Nullable Object current;

	private Long currentSince = this.startNanos;

	private @Nullable Throwable death;

	private boolean done;

	/**
	 * Create a run.
	 * @param collectors the collectors
	 * @param names the requested metric families, or {@code null} for all
	 * @param blocked the time, in nanoseconds, since which each blocked collector has not
	 * answered; it is skipped once that exceeds the timeout
	 * @param timeoutNanos the time that all collectors together may take
	 */
	CollectorRun(List<Object> collectors, @Nullable Predicate<String> names, Map<Object, Long> blocked,
			long timeoutNanos) {
		this.collectors = collectors.iterator();
		this.names = names;
		this.blocked = blocked;
		this.timeoutNanos = timeoutNanos;
	}

	/** Collects on the calling thread, until all is collected or it is abandoned. */
	@Override
	public void run() {
		Object collector = null;
		try {
			collector = begin();
			while (collector != null) {
				List<MetricSnapshot> snapshots = List.of();
				Throwable failure = null;
				try {
					snapshots = collect(collector);
				}
				catch (Throwable ex) {
					failure = ex;
				}
				collector = finish(collector, snapshots, failure);
			}
		}
		catch (Throwable ex) {
			died(collector, ex);
		}
	}

	private synchronized @Nullable Object begin() {
		if (this.done) {
			return null;
		}
		this.worker = Thread.currentThread();
		return advance();
	}

	private synchronized @Nullable Object finish(Object collector, List<MetricSnapshot> snapshots,
			@Nullable Throwable failure) {
		if (!release(collector)) {
			return null;
		}
		if (failure != null) {
			this.failures.add(new Failure(name(collector), failure));
		}
		this.collected.addAll(snapshots);
		return advance();
	}

	/** Returns whether the calling thread is still the worker. */
	private boolean release(Object collector) {
		if (Thread.currentThread() != this.worker) {
			this.blocked.remove(collector);
			return false;
		}
		this.blocked.remove(collector, this.currentSince);
		return true;
	}

	private @Nullable Object advance() {
		while (this.collectors.hasNext()) {
			Object next = this.collectors.next();
			Long now = System.nanoTime();
			Long since = this.blocked.get(next);
			if (since == null || now - since < this.timeoutNanos) {
				this.current = next;
				this.currentSince = now;
				if (this.worker == this.caller) {
					// It cannot be abandoned, but other runs can skip the collector
					this.blocked.putIfAbsent(next, now);
				}
				return next;
			}
			this.failures.add(new Failure(name(next), new TimeoutException("still no answer")));
		}
		this.done = true;
		notifyAll();
		return null;
	}

	/** Allocates nothing, since the cause may be that memory ran out. */
	private synchronized void died(@Nullable Object collector, Throwable cause) {
		if (collector == null || release(collector)) {
			this.worker = null;
			this.death = cause;
			notifyAll();
		}
	}

	/**
	 * Wait for the current worker.
	 * @return {@code false} if the run has to be executed again on another thread
	 */
	synchronized boolean isDoneInTime() throws InterruptedException {
		while (!this.done) {
			if (this.death != null) {
				this.failures.add(new Failure((this.current != null) ? name(this.current) : "a helper", this.death));
				this.death = null;
				nextWorker();
				return false;
			}
			long wait = nanosLeft();
			if (wait <= 0) {
				return giveUp();
			}
			TimeUnit.NANOSECONDS.timedWait(this, wait);
		}
		return true;
	}

	private long nanosLeft() {
		long now = System.nanoTime();
		long patience = (this.current != null) ? GRACE_NANOS : Math.max(this.timeoutNanos, GRACE_NANOS);
		return Math.max(this.startNanos + this.timeoutNanos - now, this.currentSince + patience - now);
	}

	private boolean giveUp() {
		Thread thread = this.worker;
		Object collector = this.current;
		if (thread == null || collector == null) {
			// The worker has not even begun, so another one would not help
			this.failures
				.add(new Failure("the remaining collectors", new TimeoutException("no helper thread in time")));
			this.done = true;
			return true;
		}
		TimeoutException cause = new TimeoutException("no answer in time, skipped until it answers");
		cause.setStackTrace(thread.getStackTrace());
		this.failures.add(new Failure(name(collector), cause));
		block(collector);
		nextWorker();
		return false;
	}

	/** Lets later runs skip a collector at once. */
	private void block(Object collector) {
		this.blocked.put(collector, System.nanoTime() - this.timeoutNanos);
	}

	private void nextWorker() {
		this.worker = null;
		this.current = null;
		this.currentSince = System.nanoTime();
	}

	/** Ends the run; the worker stops when its collector has answered. */
	synchronized void abandon() {
		if (this.worker != null && this.current != null) {
			block(this.current);
		}
		this.worker = null;
		this.done = true;
	}

	synchronized void failed(String name, Throwable cause) {
		this.failures.add(new Failure(name, cause));
	}

	synchronized List<Failure> failures() {
		return this.failures;
	}

	synchronized MetricSnapshots result() {
		try {
			return new MetricSnapshots(this.collected);
		}
		catch (RuntimeException ex) {
			this.failures.add(new Failure("a name that is already in use", ex));
			Map<String, MetricSnapshot> first = new LinkedHashMap<>();
			this.collected
				.forEach((snapshot) -> first.putIfAbsent(snapshot.getMetadata().getPrometheusName(), snapshot));
			return new MetricSnapshots(first.values());
		}
	}

	private List<MetricSnapshot> collect(Object source) {
		Predicate<String> included = this.names;
		List<String> families = InspectableRegistry.names(source);
		if (included != null && !families.isEmpty() && families.stream().noneMatch(included)) {
			return List.of();
		}
		if (source instanceof Collector collector) {
			MetricSnapshot snapshot = (included != null) ? collector.collect(included) : collector.collect();
			return (snapshot != null) ? List.of(snapshot) : List.of();
		}
		if (source instanceof MultiCollector collector) {
			return ((included != null) ? collector.collect(included) : collector.collect()).stream().toList();
		}
		PrometheusRegistry registry = (PrometheusRegistry) source;
		return ((included != null) ? registry.scrape(included) : registry.scrape()).stream().toList();
	}

	/** Micrometer's collectors have no name; the stack trace of the cause shows which. */
	private static String name(Object source) {
		try {
			return InspectableRegistry.names(source).stream().findFirst().orElse(source.getClass().getName());
		}
		catch (RuntimeException ex) {
			return source.getClass().getName();
		}
	}

	/**
	 * A collector that is left out of a scrape.
	 *
	 * @param name the name of the collector, or its type
	 * @param cause what it threw, or where it is blocked
	 */
	record Failure(String name, Throwable cause) {

		@Override
		public String toString() {
			StackTraceElement[] stack = this.cause.getStackTrace();
			return this.name + " (" + this.cause + ((stack.length > 0) ? ", at " + stack[0] : "") + ")";
		}

	}

}
