package io.gmicro.http;

import java.util.Collection;

import io.gmicro.meter.Failures;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Measures the cost of each dispatch if one of the observers is a {@link RequestCost}. A
 * failure does not affect the request. Thread-safe.
 */
final class DispatchCost {

	private final @Nullable RequestCost cost;

	private final Failures failures;

	DispatchCost(Collection<? extends ExchangeObserver> observers, Failures failures) {
		this.cost = observers.stream()
			.filter(RequestCost.class::isInstance)
			.map(RequestCost.class::cast)
			.findFirst()
			.orElse(null);
		this.failures = failures;
	}

	/**
	 * Starts to measure a dispatch.
	 * @return what to pass to {@link #end} on the same thread in any case
	 */
	long @Nullable [] begin() {
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

	/**
	 * Ends the measurement of a dispatch.
	 * @param open what {@link #begin} returned
	 * @param exchange the exchange, which may have ended
	 * @param request the request
	 */
	void end(long @Nullable [] open, Exchange exchange, HttpServletRequest request) {
		if (this.cost != null && open != null) {
			try {
				this.cost.end(open, exchange, request);
			}
			catch (RuntimeException | Error ex) {
				this.failures.add(this.cost, ex);
			}
		}
	}

	/**
	 * The exchange of a dispatch to an error page.
	 * @param request the request
	 * @return the exchange, or {@code null} if it is not measured
	 */
	@Nullable Exchange exchange(HttpServletRequest request) {
		return (this.cost != null) ? RequestCost.exchange(request) : null;
	}

	/**
	 * Records the dispatches that ended before their exchange.
	 * @param exchange the exchange, which has ended
	 * @param request its request
	 */
	void record(Exchange exchange, HttpServletRequest request) {
		if (this.cost != null) {
			try {
				this.cost.record(exchange, request);
			}
			catch (RuntimeException | Error ex) {
				this.failures.add(this.cost, ex);
			}
		}
	}

}
