package io.gmicro.grpc;

import java.util.List;
import java.util.function.BiConsumer;

import io.gmicro.meter.Failures;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Calls the observers. An exception of one observer affects neither the others nor the
 * call.
 */
final class CallObservers {

	private static final Log logger = LogFactory.getLog(CallObservers.class);

	private final CallObserver[] observers;

	private final Failures failures;

	CallObservers(List<? extends CallObserver> observers, MeterRegistry registry) {
		this.observers = observers.toArray(CallObserver[]::new);
		this.failures = new Failures(registry, logger, "Observing a gRPC call failed");
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
