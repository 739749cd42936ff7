package io.gmicro.sampling;

import java.util.concurrent.TimeUnit;

import io.gmicro.activity.Activities;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Failures;
import io.gmicro.wall.WallProfiles;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/**
 * A made-up slow request that the sampler thread looks at before it starts, since a class
 * whose first use runs out of memory may remain unusable.
 */
final class Rehearsal extends Operation {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private Rehearsal() {
		super(System.nanoTime());
	}

	static void perform(Activities activities, ThreadClock clock, Failures failures) {
		MeterRegistry registry = new SimpleMeterRegistry();
		ActiveOperations table = new ActiveOperations(registry.counter("rehearsal"));
		TimePerRoute time = new TimePerRoute(table, registry, 1, () -> "", new WallProfiles(),
				new DurationTotals(registry));
		Looks looks = new Looks(table, time, activities, clock, new StackSource(), failures);
		table.enter(new Rehearsal());
		looks.look(LookSpan.of(System.nanoTime(), SECOND, 0, SECOND / 2, 1), false, null);
		looks.look(LookSpan.of(System.nanoTime(), SECOND, 0, SECOND / 2, 1), true, null);
		registry.close();
	}

	@Override
	public String methodText() {
		return "";
	}

	@Override
	public String pattern() {
		return "";
	}

	@Override
	public String route() {
		return "";
	}

	@Override
	public String statusText() {
		return "";
	}

	@Override
	public boolean isLongLived() {
		return false;
	}

	@Override
	public String boundary() {
		return Sampler.class.getName();
	}

}
