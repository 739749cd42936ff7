package io.gmicro.capture;

import java.util.concurrent.atomic.LongAdder;

import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeObserver;

/**
 * Counts slow requests and responses with a status of 500 or more, for
 * {@link CaptureConditions#burst}. Thread-safe.
 */
public final class CaptureCounts implements ExchangeObserver {

	private static final int SERVER_ERROR = 500;

	private final LongAdder slow = new LongAdder();

	private final LongAdder errors = new LongAdder();

	/** Counts a slow request. */
	public void slow() {
		this.slow.increment();
	}

	@Override
	public void onEnd(Exchange exchange) {
		if (exchange.status() >= SERVER_ERROR) {
			this.errors.increment();
		}
	}

	/** The number of slow requests so far. */
	public long slowRequests() {
		return this.slow.sum();
	}

	/** The number of responses with a status of 500 or more so far. */
	public long serverErrors() {
		return this.errors.sum();
	}

}
