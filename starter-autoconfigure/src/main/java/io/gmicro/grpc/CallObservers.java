package io.gmicro.grpc;

import java.util.List;
import java.util.function.BiConsumer;

import io.gmicro.meter.Failures;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Calls the observers. An exception of one observer affects neither the others nor the
 * call.
 */
final class CallObservers {

	private static final Log logger = LogFactory.getLog(CallObservers.class);

	private final CallObserver[] observers;

	private final @Nullable CallCost cost;

	private final Failures failures;

	CallObservers(List<? extends CallObserver> observers, MeterRegistry registry) {
		this.observers = observers.toArray(CallObserver[]::new);
		this.cost = observers.stream()
			.filter(CallCost.class::isInstance)
			.map(CallCost.class::cast)
			.findFirst()
			.orElse(null);
		this.failures = new Failures(registry, logger, "Observing a gRPC call failed");
	}

	void registered(String method) {
		each(CallObserver::onRegistered, method);
	}

	void started(Call call) {
		each(CallObserver::onStart, call);
	}

	/**
	 * Starts to measure the handler or a callback of a call.
	 * @return what to pass to {@link #endServing} on the same thread in any case
	 */
	long @Nullable [] beginServing() {
		if (this.cost == null) {
			return null;
		}
		try {
			return this.cost.begin();
		}
		catch (RuntimeException | Error ex) {
			this.failures.add(this.cost, ex);
			return null;
		}
	}

	void endServing(long @Nullable [] open, Call call) {
		if (this.cost != null && open != null) {
			try {
				this.cost.end(open, call);
			}
			catch (RuntimeException | Error ex) {
				this.failures.add(this.cost, ex);
			}
		}
	}

	void sent(Call call) {
		each(CallObserver::onMessageSent, call);
	}

	void received(Call call) {
		each(CallObserver::onMessageReceived, call);
	}

	/** Ends the call unless it has already ended. */
	void ended(Call call, Status.Code code) {
		if (call.end(code)) {
			each(CallObserver::onEnd, call);
		}
	}

	private <T> void each(BiConsumer<CallObserver, T> event, T subject) {
		for (CallObserver observer : this.observers) {
			try {
				event.accept(observer, subject);
			}
			catch (Throwable ex) {
				this.failures.add(observer, ex);
			}
		}
	}

}
