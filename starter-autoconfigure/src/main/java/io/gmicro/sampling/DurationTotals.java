package io.gmicro.sampling;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.gmicro.http.RequestDuration;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * How long the requests of each route and the calls of each method took in total, as
 * their histograms say. Thread-safe.
 */
public final class DurationTotals {

	private static final String CALL_DURATION = "rpc.server.call.duration";

	private final Map<String, List<Total>> requests = new ConcurrentHashMap<>();

	private final Map<String, List<Total>> calls = new ConcurrentHashMap<>();

	/**
	 * Create an instance that counts from now on.
	 * @param registry the registry of the histograms, whose totals never decrease
	 */
	public DurationTotals(MeterRegistry registry) {
		registry.config().onMeterAdded(this::add);
		registry.forEachMeter(this::add);
	}

	private void add(Meter meter) {
		if (meter instanceof Timer timer) {
			String name = meter.getId().getName();
			if (name.equals(RequestDuration.NAME)) {
				add(this.requests, meter.getId().getTag("http.route"), timer);
			}
			else if (name.equals(CALL_DURATION)) {
				add(this.calls, meter.getId().getTag("rpc.method"), timer);
			}
		}
	}

	private static void add(Map<String, List<Total>> totals, @Nullable String label, Timer timer) {
		if (label != null) {
			List<Total> ofLabel = totals.computeIfAbsent(label, (key) -> new CopyOnWriteArrayList<>());
			if (ofLabel.stream().noneMatch((total) -> total.timer() == timer)) {
				ofLabel.add(new Total(timer, timer.totalTime(TimeUnit.NANOSECONDS)));
			}
		}
	}

	/**
	 * The time of the requests of a route that have ended, in nanoseconds, empty without
	 * a histogram.
	 */
	OptionalDouble ofRequests(String label) {
		return sum(this.requests.get(label));
	}

	/**
	 * The time of the calls of a method that have ended, in nanoseconds, empty without a
	 * histogram.
	 */
	OptionalDouble ofCalls(String method) {
		return sum(this.calls.get(method));
	}

	private static OptionalDouble sum(@Nullable List<Total> totals) {
		return (totals == null) ? OptionalDouble.empty()
				: OptionalDouble.of(totals.stream()
					.mapToDouble((total) -> total.timer().totalTime(TimeUnit.NANOSECONDS) - total.base())
					.sum());
	}

	private record Total(Timer timer, double base) {
	}

}
