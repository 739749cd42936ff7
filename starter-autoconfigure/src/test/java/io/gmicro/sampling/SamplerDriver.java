package io.gmicro.sampling;

import java.time.Duration;
import java.util.Map;

import io.gmicro.activity.Activities;
import io.gmicro.http.ActiveExchanges;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Drives a sampler that has no thread, for tests of other packages.
 */
public final class SamplerDriver {

	/** The maximum number of stacks of one look. */
	public static final int MAX_STACKS = Looks.MAX_STACKS;

	private final Sampler sampler;

	public SamplerDriver(ActiveExchanges active, MeterRegistry registry) {
		this.sampler = new Sampler(active, new Sampler.Settings(Duration.ofMillis(10), 0.5), new Activities(Map.of()),
				null, registry);
	}

	/** The sampler, for those that follow it. */
	public Sampler sampler() {
		return this.sampler;
	}

	/** Looks at a made-up time. */
	public void look(long now) {
		this.sampler.look(now, 0);
	}

	/** The number of stacks taken so far. */
	public int taken() {
		return this.sampler.taken();
	}

	/** Adds a made-up pause. */
	public static void pause(Pauses pauses, long startNanos, long endNanos, boolean collection) {
		pauses.add(startNanos, endNanos, collection);
	}

}
