package io.gmicro.grpc;

import java.util.List;
import java.util.function.BiConsumer;

import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Calls every observer and keeps what one throws away from the others and from the call.
 */
final class CallObservers {

	private static final Log logger = LogFactory.getLog(CallObservers.class);

	private final CallObserver[] observers;

	private final Counter errors;

	private volatile boolean warned;

	CallObservers(List<? extends CallObserver> observers, MeterRegistry registry) {
		this.observers = observers.toArray(CallObserver[]::new);
		this.errors = Counter.builder("gmicro.observer.errors")
			.description("Failures of observing requests and calls")
			.register(registry);
	}

	void registered(String method) {
		each(CallObserver::onRegistered, method);
	}

	void started(Call call) {
		each(CallObserver::onStart, call);
	}

	void sent(Call call) {
		each(CallObserver::onMessageSent, call);
	}

	void received(Call call) {
		each(CallObserver::onMessageReceived, call);
	}

	/** Only the first end of a call counts. */
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
				failed(observer, ex);
			}
		}
	}

	private void failed(CallObserver observer, Throwable failure) {
		this.errors.increment();
		// Not from the counter, which may be denied or begin anew with every step
		if (!this.warned && isFirst()) {
			warn(observer, failure);
		}
	}

	/** With a lock: an atomic object may need memory, which a full heap has not. */
	private synchronized boolean isFirst() {
		boolean first = !this.warned;
		this.warned = true;
		return first;
	}

	private static void warn(CallObserver observer, Throwable failure) {
		try {
			logger.warn("Observing a gRPC call failed in " + observer.getClass().getName()
					+ ". Further failures are only counted, in gmicro_observer_errors_total", failure);
		}
		catch (Throwable ex) {
			// With a full heap there is no memory for telling it either
		}
	}

}
