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

import org.springframework.util.CustomizableThreadCreator;

/**
 * Collects a registry so that only the metrics of a collector are missing when it throws
 * or blocks. Each scrape collects on a helper thread. If a collector does not answer in
 * time, it keeps that thread, another thread continues with the next collector, and later
 * scrapes skip the blocked collector until it has answered. If no helper thread can be
 * created, the calling thread collects. Thread-safe.
 */
final class CollectorGuard {

	private static final int MAX_BLOCKED = 32;

	private static final int MAX_NAMED = 10;

	private static final long IDLE_SECONDS = 60;

	private static final long LOG_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

	private static final Log logger = LogFactory.getLog(CollectorGuard.class);

	/** Collectors that have not answered, with the time since which they are blocked. */
	private final Map<Object, Long> blocked = new ConcurrentHashMap<>();

	private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_INTERVAL_NANOS);

	private final ThreadPoolExecutor helpers;

	private final PrometheusRegistry registry;

	private final long timeoutNanos;

	private final Counter errors;

	CollectorGuard(PrometheusRegistry registry, MetricsServlet.Limits limits, Counter errors) {
		this(registry, limits, errors, helperThreads());
	}

	CollectorGuard(PrometheusRegistry registry, MetricsServlet.Limits limits, Counter errors, ThreadFactory threads) {
		this.registry = registry;
		this.timeoutNanos = limits.collectTimeout().toNanos();
		this.errors = errors;
		this.helpers = new ThreadPoolExecutor(0, limits.maxConcurrent() + MAX_BLOCKED, IDLE_SECONDS, TimeUnit.SECONDS,
				new SynchronousQueue<>(), threads);
	}

	private static ThreadFactory helperThreads() {
		CustomizableThreadCreator threads = new CustomizableThreadCreator("gmicro-scrape-");
		threads.setDaemon(true);
		return threads::createThread;
	}

	/**
	 * Collect all metrics except those of collectors that fail.
	 * @param names the requested metric families, or {@code null} for all
	 * @return the metrics, or {@code null} if there are none because collectors failed
	 * @throws InterruptedException if the calling thread is interrupted
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
			run.failed("the remaining collectors", ex);
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
			this.helpers.execute(run);
		}
		catch (RejectedExecutionException ex) {
			throw ex;
		}
		catch (Throwable ex) {
			this.errors.increment();
			warn("A scrape has no helper thread and runs on the thread of its request", ex);
			run.run();
		}
	}

	/** Logs at most once per minute. A failing logger does not fail the scrape. */
	void warn(String message, Throwable cause) {
		long now = System.nanoTime();
		long last = this.lastLogged.get();
		if (now - last < LOG_INTERVAL_NANOS || !this.lastLogged.compareAndSet(last, now)) {
			return;
		}
		try {
			logger.warn(message + ". Further failures within a minute are only counted in gmicro_scrape_errors_total",
					cause);
		}
		catch (Throwable ex) {
			// Already counted
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
