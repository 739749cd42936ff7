package io.gmicro.meter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts what is recorded under a shared label value, or not shown, because a bound was
 * reached. All bounds share one family, {@code gmicro_overflow_total}.
 */
public final class Overflow {

	/**
	 * The label value that stands for all that are past a bound, as in OpenTelemetry's
	 * {@code http.request.method}.
	 */
	public static final String OTHER = "_OTHER";

	private Overflow() {
	}

	/**
	 * The counter of one bound.
	 * @param registry where it is registered, or found if it is
	 * @param label what is bounded: the name of a label, of a metric, or of a buffer
	 * @return the counter
	 */
	public static Counter counter(MeterRegistry registry, String label) {
		return Counter.builder("gmicro.overflow")
			.description("What was recorded under a shared label value, or not kept, because a bound was reached")
			.tag("label", label)
			.register(registry);
	}

}
