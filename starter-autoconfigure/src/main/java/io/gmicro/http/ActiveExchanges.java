package io.gmicro.http;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.meter.Overflow;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Shows the exchanges that are being served to threads that look at them from outside, in
 * a table beside other {@link ActiveOperations operations}. Thread-safe.
 */
public final class ActiveExchanges implements ExchangeObserver {

	private final ActiveOperations operations;

	/**
	 * Create an observer with an empty table.
	 * @param registry where exchanges are counted that found no place in the table
	 */
	public ActiveExchanges(MeterRegistry registry) {
		this.operations = new ActiveOperations(Overflow.counter(registry, "active_exchange"));
	}

	/**
	 * The table.
	 * @return everything that is being served
	 */
	public ActiveOperations operations() {
		return this.operations;
	}

	@Override
	public void onStart(Exchange exchange) {
		this.operations.enter(exchange);
	}

	@Override
	public void onAsync(Exchange exchange) {
		this.operations.detach(exchange);
	}

	@Override
	public void onResume(Exchange exchange) {
		this.operations.attach(exchange);
	}

	@Override
	public void onDispatch(Exchange exchange, long startNanos) {
		this.operations.detach(exchange);
	}

	@Override
	public void onEnd(Exchange exchange) {
		this.operations.leave(exchange);
	}

	/**
	 * Tell the calling thread's exchange what Spring matched first, before the handler
	 * runs.
	 * @param pattern the path template
	 */
	public void matched(String pattern) {
		Exchange exchange = this.operations.current(Exchange.class);
		if (exchange != null && exchange.pattern() == null) {
			exchange.matched(pattern);
		}
	}

}
