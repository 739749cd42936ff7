package io.gmicro.meter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts what is recorded under a shared label value, or not kept, because a limit was
 * reached. All limits share the metric {@code gmicro_overflow_total}.
 */
public final class Overflow {

	/**
	 * The label value for everything beyond a limit, as in OpenTelemetry's
	 * {@code http.request.method}.
	 */
	public static final String OTHER = "_OTHER";

	private Overflow() {
	}

	/**
	 * Return the counter of a limit, and register it if necessary.
	 * @param registry the registry of the counter
	 * @param label the name of the limited label, metric or buffer
	 * @return the counter
	 */
	public static Counter counter(MeterRegistry registry, String label) {
		return Counter.builder("gmicro.overflow")
			.description("What was recorded under a shared label value, or not kept, because a bound was reached")
			.tag("label", label)
			.register(registry);
	}

}
