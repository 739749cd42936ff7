package io.gmicro.scrape;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
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
 * pass it over until it has answered: no collector ever holds more than one thread.
 */
final class CollectorGuard {

	private static final int MAX_BLOCKED = 32;

	private static final int MAX_NAMED = 10;

	private static final long IDLE_SECONDS = 60;

	private static final long LOG_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

	private static final Log logger = LogFactory.getLog(CollectorGuard.class);

	private final Set<Object> blocked = ConcurrentHashMap.newKeySet();

	private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_INTERVAL_NANOS);

	private final AtomicLong threads = new AtomicLong();

	private final ThreadPoolExecutor helpers;

	private final PrometheusRegistry registry;

	private final long timeoutNanos;

	private final Counter errors;

	CollectorGuard(PrometheusRegistry registry, ScrapeLimits limits, Counter errors) {
		this.registry = registry;
		this.timeoutNanos = limits.collectTimeout().toNanos();
		this.errors = errors;
		this.helpers = new ThreadPoolExecutor(0, limits.maxConcurrent() + MAX_BLOCKED, IDLE_SECONDS, TimeUnit.SECONDS,
				new SynchronousQueue<>(), this::thread);
	}

	private Thread thread(Runnable task) {
		Thread thread = new Thread(task, "gmicro-scrape-" + this.threads.incrementAndGet());
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Collects what can be collected.
	 * @param names the families that are asked for, or {@code null} for all
	 * @return the metrics, or {@code null} when there are none because collectors failed
	 * @throws InterruptedException when the calling thread is interrupted meanwhile
	 */
	@Nullable MetricSnapshots collect(@Nullable Predicate<String> names) throws InterruptedException {
		CollectorRun run = new CollectorRun(ScrapeRegistry.collectors(this.registry), names, this.blocked,
				this.timeoutNanos);
		try {
			do {
				this.helpers.execute(run.nextLeg());
			}
			while (!run.isDoneInTime());
		}
		catch (RejectedExecutionException ex) {
			run.failed("the collectors behind those", ex);
		}
		MetricSnapshots snapshots = run.result();
		List<CollectorRun.Failure> failures = run.failures();
		if (failures.isEmpty()) {
			return snapshots;
		}
		this.errors.increment(failures.size());
		log(failures);
		return (snapshots.size() > 0) ? snapshots : null;
	}

	private void log(List<CollectorRun.Failure> failures) {
		long now = System.nanoTime();
		long last = this.lastLogged.get();
		if (now - last < LOG_INTERVAL_NANOS || !this.lastLogged.compareAndSet(last, now)) {
			return;
		}
		String names = failures.stream().limit(MAX_NAMED).map(Object::toString).collect(Collectors.joining(", "));
		logger.warn(
				failures.size() + " collector(s) left out of a scrape: " + names
						+ ". More is only counted for a minute, in gmicro_scrape_errors_total",
				failures.get(0).cause());
	}

	void close() {
		this.helpers.shutdownNow();
	}

}
