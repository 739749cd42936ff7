package io.gmicro.scrape;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * One scrape's way through the collectors, in legs: a new one begins behind a collector
 * that has blocked. All collectors together have the timeout once; what comes after it is
 * used up still gets a short time each.
 */
final class CollectorRun {

	private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final List<MetricSnapshot> collected = new ArrayList<>();

	private final List<Failure> failures = new ArrayList<>();

	private final Iterator<Object> collectors;

	private final @Nullable Predicate<String> names;

	private final Set<Object> blocked;

	private final long timeoutNanos;

	private final long startNanos = System.nanoTime();

	private @Nullable Leg leg;

	private @Nullable Object current;

	private long currentSince;

	private boolean done;

	/**
	 * Create a run.
	 * @param collectors what to collect from
	 * @param names the families that are asked for, or {@code null} for all
	 * @param blocked the collectors that are passed over because they still run; kept up
	 * to date
	 * @param timeoutNanos how long all of them may take
	 */
	CollectorRun(List<Object> collectors, @Nullable Predicate<String> names, Set<Object> blocked, long timeoutNanos) {
		this.collectors = collectors.iterator();
		this.names = names;
		this.blocked = blocked;
		this.timeoutNanos = timeoutNanos;
	}

	synchronized Runnable nextLeg() {
		Leg next = new Leg();
		this.leg = next;
		this.current = null;
		this.currentSince = System.nanoTime();
		return next;
	}

	/**
	 * Waits for the current leg.
	 * @return {@code false} when a collector has blocked it
	 */
	synchronized boolean isDoneInTime() throws InterruptedException {
		while (!this.done) {
			long wait = nanosLeft();
			if (wait <= 0) {
				giveUp();
				return false;
			}
			TimeUnit.NANOSECONDS.timedWait(this, wait);
		}
		return true;
	}

	private long nanosLeft() {
		long now = System.nanoTime();
		long patience = (this.current != null) ? GRACE_NANOS : this.timeoutNanos;
		return Math.max(this.startNanos + this.timeoutNanos - now, this.currentSince + patience - now);
	}

	private void giveUp() {
		Leg slow = this.leg;
		this.leg = null;
		if (this.current != null && slow != null && slow.thread != null) {
			this.blocked.add(this.current);
			TimeoutException cause = new TimeoutException("no answer in time, and passed over until there is one");
			cause.setStackTrace(slow.thread.getStackTrace());
			this.failures.add(new Failure(name(this.current), cause));
		}
	}

	synchronized void failed(String name, Throwable cause) {
		this.leg = null;
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

	private synchronized @Nullable Object next(Leg asking) {
		if (asking != this.leg) {
			return null;
		}
		while (this.collectors.hasNext()) {
			Object next = this.collectors.next();
			if (!this.blocked.contains(next)) {
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

	private synchronized void collected(Leg asking, Object collector, @Nullable List<MetricSnapshot> snapshots,
			@Nullable Throwable failure) {
		if (asking != this.leg) {
			this.blocked.remove(collector);
		}
		else if (failure != null) {
			this.failures.add(new Failure(name(collector), failure));
		}
		else if (snapshots != null) {
			this.collected.addAll(snapshots);
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

	/** A helper thread's part of the way. */
	private final class Leg implements Runnable {

		private volatile @Nullable Thread thread;

		@Override
		public void run() {
			this.thread = Thread.currentThread();
			Object collector = next(this);
			while (collector != null) {
				try {
					collected(this, collector, collect(collector), null);
				}
				catch (Throwable ex) {
					collected(this, collector, null, ex);
				}
				collector = next(this);
			}
		}

	}

}
