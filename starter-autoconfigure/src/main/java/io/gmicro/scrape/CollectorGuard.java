package io.gmicro.scrape;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Collects a registry so that a collector which throws or blocks costs its own metrics
 * and nothing else. Collectors run on a helper thread, one a scrape. Where one does not
 * answer in time, its thread is left to it, another goes on behind it, and later scrapes
 * pass it over until it has answered. When no helper thread can be created, the calling
 * thread collects.
 */
final class CollectorGuard {

	private static final int MAX_BLOCKED = 32;

	private static final int MAX_NAMED = 10;

	private static final long IDLE_SECONDS = 60;

	private static final long LOG_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

	private static final Log logger = LogFactory.getLog(CollectorGuard.class);

	/** Collectors that have not answered, and since when. */
	private final Map<Object, Long> blocked = new ConcurrentHashMap<>();

	private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_INTERVAL_NANOS);

	private final ThreadPoolExecutor helpers;

	private final PrometheusRegistry registry;

	private final long timeoutNanos;

	private final Counter errors;

	CollectorGuard(PrometheusRegistry registry, ScrapeLimits limits, Counter errors) {
		this(registry, limits, errors, helperThreads());
	}

	CollectorGuard(PrometheusRegistry registry, ScrapeLimits limits, Counter errors, ThreadFactory threads) {
		this.registry = registry;
		this.timeoutNanos = limits.collectTimeout().toNanos();
		this.errors = errors;
		this.helpers = new ThreadPoolExecutor(0, limits.maxConcurrent() + MAX_BLOCKED, IDLE_SECONDS, TimeUnit.SECONDS,
				new SynchronousQueue<>(), threads);
	}

	private static ThreadFactory helperThreads() {
		AtomicLong number = new AtomicLong();
		return (task) -> {
			Thread thread = new Thread(task, "gmicro-scrape-" + number.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		};
	}

	/**
	 * Collects what can be collected.
	 * @param names the families that are asked for, or {@code null} for all
	 * @return the metrics, or {@code null} when there are none because collectors failed
	 * @throws InterruptedException when the calling thread is interrupted meanwhile
	 */
	@Nullable MetricSnapshots collect(@Nullable Predicate<String> names) throws InterruptedException {
		CollectorRun run = new CollectorRun(InspectableRegistry.collectors(this.registry), names, this.blocked,
				this.timeoutNanos);
		try {
			do {
				start(run);
			}
			while (!run.isDoneInTime());
		}
		catch (RejectedExecutionException ex) {
			run.failed("the collectors behind those", ex);
		}
		catch (InterruptedException ex) {
			run.abandon();
			throw ex;
		}
		MetricSnapshots snapshots = run.result();
		List<CollectorRun.Failure> failures = run.failures();
		if (failures.isEmpty()) {
			return snapshots;
		}
		this.errors.increment(failures.size());
		String leftOut = failures.stream().limit(MAX_NAMED).map(Object::toString).collect(Collectors.joining(", "));
		warn(failures.size() + " collector(s) left out of a scrape: " + leftOut, failures.get(0).cause());
		return (snapshots.size() > 0) ? snapshots : null;
	}

	private void start(CollectorRun run) {
		try {
			this.helpers.execute(run.nextWorker());
		}
		catch (RejectedExecutionException ex) {
			throw ex;
		}
		catch (Throwable ex) {
			this.errors.increment();
			warn("A scrape has no helper thread and runs on the thread of its request", ex);
			run.runHere();
		}
	}

	/** At most once a minute, and never at the cost of the scrape. */
	void warn(String message, Throwable cause) {
		long now = System.nanoTime();
		long last = this.lastLogged.get();
		if (now - last < LOG_INTERVAL_NANOS || !this.lastLogged.compareAndSet(last, now)) {
			return;
		}
		try {
			logger.warn(message + ". Further failures within a minute are only counted, in gmicro_scrape_errors_total",
					cause);
		}
		catch (Throwable ex) {
			// Counted already
		}
	}

	void close() {
		this.helpers.shutdownNow();
		try {
			this.helpers.awaitTermination(1, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
