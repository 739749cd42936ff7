package io.gmicro.gin;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.gmicro.grpc.Call;
import io.gmicro.grpc.CallObserver;
import io.grpc.Status;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import org.jspecify.annotations.Nullable;

/**
 * Records {@code rpc_server_requests_chaos_duration_ms} and
 * {@code rpc_server_requests_chaos_code_total}, and the same for clients, with the names,
 * labels and bucket bounds of the Go framework gmicro. The method has a leading slash and
 * the code is a number. Durations are not rounded to milliseconds. These are not
 * Micrometer meters, because Micrometer adds the unit to names, and they have no
 * exemplars. Thread-safe.
 */
public final class GoCallMetrics implements CallObserver {

	private static final double NANOS_PER_MILLI = 1e6;

	private static final double[] BOUNDS = { 5, 10, 25, 50, 100, 250, 500, 1000 };

	private final Families server;

	private final Families client;

	/**
	 * Create an observer without labels of its own.
	 * @param registry the registry of the metrics
	 */
	public GoCallMetrics(PrometheusRegistry registry) {
		this(registry, Map.of());
	}

	/**
	 * Create an observer.
	 * @param registry the registry of the metrics
	 * @param labels labels of every sample, by name
	 */
	public GoCallMetrics(PrometheusRegistry registry, Map<String, String> labels) {
		Labels common = Labels.of(labels.keySet().toArray(String[]::new), labels.values().toArray(String[]::new));
		this.server = new Families(Call.Side.SERVER, registry, common);
		this.client = new Families(Call.Side.CLIENT, registry, common);
	}

	@Override
	public void onRegistered(String method) {
		DataPoints points = this.server.of(method);
		for (Status.Code code : Status.Code.values()) {
			points.code(code);
		}
	}

	@Override
	public void onEnd(Call call) {
		DataPoints points = ((call.side() == Call.Side.SERVER) ? this.server : this.client).of(call.method());
		points.duration.observe(call.durationNanos() / NANOS_PER_MILLI);
		points.code(call.code()).inc();
	}

	/**
	 * The two metric families of one side.
	 */
	private static final class Families {

		private final Map<String, DataPoints> methods = new ConcurrentHashMap<>();

		private final Histogram durations;

		private final Counter codes;

		Families(Call.Side side, PrometheusRegistry registry, Labels labels) {
			String name = side.name().toLowerCase(Locale.ROOT);
			this.durations = Histogram.builder()
				.name("rpc_" + name + "_requests_chaos_duration_ms")
				.help("rpc " + name + " requests duration(ms).")
				.labelNames("method")
				.constLabels(labels)
				.withoutExemplars()
				.classicOnly()
				.classicUpperBounds(BOUNDS)
				.register(registry);
			this.codes = Counter.builder()
				.name("rpc_" + name + "_requests_chaos_code_total")
				.help("rpc " + name + " requests code count.")
				.labelNames("method", "code")
				.constLabels(labels)
				.withoutExemplars()
				.register(registry);
		}

		DataPoints of(String method) {
			DataPoints points = this.methods.get(method);
			return (points != null) ? points
					: this.methods.computeIfAbsent(method, (name) -> new DataPoints(name, this));
		}

	}

	/**
	 * The data points of one method. Those of a status code are created on first use.
	 */
	private static final class DataPoints {

		private final AtomicReferenceArray<@Nullable CounterDataPoint> codes = new AtomicReferenceArray<>(
				Status.Code.values().length);

		private final Families families;

		private final String method;

		private final DistributionDataPoint duration;

		DataPoints(String method, Families families) {
			this.families = families;
			this.method = method.equals(Call.OTHER) ? method : "/" + method;
			this.duration = families.durations.labelValues(this.method);
		}

		CounterDataPoint code(Status.Code code) {
			CounterDataPoint point = this.codes.get(code.ordinal());
			if (point == null) {
				point = this.families.codes.labelValues(this.method, Integer.toString(code.value()));
				this.codes.set(code.ordinal(), point);
			}
			return point;
		}

	}

}
