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
 * One scrape's way through the collectors, by one worker after the other: a new one
 * begins behind a collector that has blocked. All collectors together have the timeout
 * once; what comes after it is used up still gets a short time each.
 */
final class CollectorRun {

	private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final List<MetricSnapshot> collected = new ArrayList<>();

	private final List<Failure> failures = new ArrayList<>();

	private final Iterator<Object> collectors;

	private final @Nullable Predicate<String> names;

	private final Map<Object, Long> blocked;

	private final long timeoutNanos;

	private final long startNanos = System.nanoTime();

	private @Nullable Worker worker;

	private @Nullable Object current;

	private long currentSince;

	private @Nullable Throwable death;

	private boolean done;

	/**
	 * Create a run.
	 * @param collectors what to collect from
	 * @param names the families that are asked for, or {@code null} for all
	 * @param blocked since when, in nanoseconds, collectors have not answered; those of
	 * longer than the timeout are passed over; kept up to date
	 * @param timeoutNanos how long all of them may take
	 */
	CollectorRun(List<Object> collectors, @Nullable Predicate<String> names, Map<Object, Long> blocked,
			long timeoutNanos) {
		this.collectors = collectors.iterator();
		this.names = names;
		this.blocked = blocked;
		this.timeoutNanos = timeoutNanos;
	}

	Runnable nextWorker() {
		return nextWorker(false);
	}

	/**
	 * Runs the rest on the calling thread. Nothing can take a collector off it that does
	 * not answer, but once the timeout is over other runs pass such a collector over.
	 */
	void runHere() {
		nextWorker(true).run();
	}

	private synchronized Worker nextWorker(boolean here) {
		Worker next = new Worker(here);
		this.worker = next;
		this.current = null;
		this.currentSince = System.nanoTime();
		return next;
	}

	/**
	 * Waits for the current worker.
	 * @return {@code false} when another one has to go on behind it
	 */
	synchronized boolean isDoneInTime() throws InterruptedException {
		while (!this.done) {
			if (this.death != null) {
				this.failures.add(new Failure((this.current != null) ? name(this.current) : "a helper", this.death));
				this.death = null;
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

	/** Where not even this worker has begun another cannot help. */
	private boolean giveUp() {
		Thread thread = (this.worker != null) ? this.worker.thread : null;
		Object collector = this.current;
		abandon();
		if (collector == null || thread == null) {
			this.failures
				.add(new Failure("the collectors behind those", new TimeoutException("no helper thread in time")));
			return true;
		}
		TimeoutException cause = new TimeoutException("no answer in time, and passed over until there is one");
		cause.setStackTrace(thread.getStackTrace());
		this.failures.add(new Failure(name(collector), cause));
		return false;
	}

	/** Leaves the current worker to its collector, and ends it when that has answered. */
	synchronized void abandon() {
		if (this.worker != null && this.current != null) {
			this.blocked.put(this.current, System.nanoTime() - this.timeoutNanos);
		}
		this.worker = null;
	}

	synchronized void failed(String name, Throwable cause) {
		this.worker = null;
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
			this.failures.add(new Failure("a name that is taken", ex));
			Map<String, MetricSnapshot> first = new LinkedHashMap<>();
			this.collected
				.forEach((snapshot) -> first.putIfAbsent(snapshot.getMetadata().getPrometheusName(), snapshot));
			return new MetricSnapshots(first.values());
		}
	}

	private synchronized @Nullable Object next(Worker asking) {
		if (asking != this.worker) {
			return null;
		}
		while (this.collectors.hasNext()) {
			Object next = this.collectors.next();
			Long since = this.blocked.get(next);
			if (since == null || System.nanoTime() - since < this.timeoutNanos) {
				this.current = next;
				this.currentSince = System.nanoTime();
				return next;
			}
			this.failures.add(new Failure(name(next), new TimeoutException("still no answer")));
		}
		this.done = true;
		notifyAll();
		return null;
	}

	private synchronized void collected(Worker asking, Object collector, @Nullable List<MetricSnapshot> snapshots,
			@Nullable Throwable failure) {
		if (asking != this.worker) {
			this.blocked.remove(collector);
		}
		else if (failure != null) {
			this.failures.add(new Failure(name(collector), failure));
		}
		else if (snapshots != null) {
			this.collected.addAll(snapshots);
		}
	}

	/** Allocates nothing: it may be memory that ran out. */
	private synchronized void died(Worker asking, @Nullable Object collector, Throwable cause) {
		if (asking == this.worker) {
			this.worker = null;
			this.death = cause;
			notifyAll();
		}
		else if (collector != null) {
			this.blocked.remove(collector);
		}
	}

	private List<MetricSnapshot> collect(Object source) {
		if (source instanceof Collector collector) {
			String name = collector.getPrometheusName();
			if (this.names != null && name != null && !this.names.test(name)) {
				return List.of();
			}
			MetricSnapshot snapshot = (this.names != null) ? collector.collect(this.names) : collector.collect();
			return (snapshot != null) ? List.of(snapshot) : List.of();
		}
		if (source instanceof MultiCollector collector) {
			List<String> families = collector.getPrometheusNames();
			if (this.names != null && !families.isEmpty() && families.stream().noneMatch(this.names)) {
				return List.of();
			}
			return ((this.names != null) ? collector.collect(this.names) : collector.collect()).stream().toList();
		}
		PrometheusRegistry registry = (PrometheusRegistry) source;
		return ((this.names != null) ? registry.scrape(this.names) : registry.scrape()).stream().toList();
	}

	/** Micrometer's collectors have no name; the cause's stack trace has to do there. */
	private static String name(Object source) {
		try {
			if (source instanceof Collector collector && collector.getPrometheusName() != null) {
				return collector.getPrometheusName();
			}
			if (source instanceof MultiCollector collector && !collector.getPrometheusNames().isEmpty()) {
				return collector.getPrometheusNames().get(0);
			}
		}
		catch (RuntimeException ex) {
			return source.getClass().getName();
		}
		return source.getClass().getName();
	}

	/**
	 * What was left out of a scrape, and why.
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

	/** One thread's part of the way. */
	private final class Worker implements Runnable {

		private final boolean here;

		private volatile @Nullable Thread thread;

		Worker(boolean here) {
			this.here = here;
		}

		@Override
		public void run() {
			this.thread = Thread.currentThread();
			Object collector = null;
			try {
				collector = next(this);
				while (collector != null) {
					collectFrom(collector);
					collector = next(this);
				}
			}
			catch (Throwable ex) {
				died(this, collector, ex);
			}
		}

		private void collectFrom(Object collector) {
			Long since = this.here ? System.nanoTime() : null;
			if (since != null) {
				CollectorRun.this.blocked.putIfAbsent(collector, since);
			}
			try {
				collected(this, collector, collect(collector), null);
			}
			catch (Throwable ex) {
				collected(this, collector, null, ex);
			}
			finally {
				if (since != null) {
					CollectorRun.this.blocked.remove(collector, since);
				}
			}
		}

	}

}
