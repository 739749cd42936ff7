package io.gmicro.sampling;

import java.time.Duration;
import java.time.Instant;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Failures;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/**
 * A made-up slow request that the sampler thread looks at before it starts, since a class
 * whose first use runs out of memory may remain unusable.
 */
final class Rehearsal extends Operation {

	private Rehearsal() {
		super(System.nanoTime());
	}

	static void perform(Activities activities, Failures failures) {
		MeterRegistry registry = new SimpleMeterRegistry();
		ActiveOperations table = new ActiveOperations(registry.counter("rehearsal"));
		table.enter(new Rehearsal());
		LookSpan span = LookSpan.of(System.nanoTime(), 2, 1, 0);
		new Looks(table, null, activities, new StackSource(), failures).look(span, true, null);
		RequestSamples samples = new RequestSamples(0, 1, OwnCode.UNKNOWN);
		Thread thread = Thread.currentThread();
		samples.add(thread, activities.of(thread.getStackTrace(), thread.getState()), thread.getStackTrace(), 1,
				new Pauses());
		samples.end(2, new Pauses());
		new SlowRequestLog(OwnCode.UNKNOWN)
			.line(new SlowRequest(Instant.now(), "", "", "", Duration.ofMillis(1), null, false, samples));
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
