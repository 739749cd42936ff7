package io.gmicro.http;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.meter.Overflow;
import io.gmicro.route.MatchedRoute;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Maintains the table of {@link ActiveOperations operations in flight} for HTTP
 * exchanges. Thread-safe.
 */
public final class ActiveExchanges implements ExchangeObserver {

	private final ActiveOperations operations;

	/**
	 * Create an observer with an empty table.
	 * @param registry the registry of the counter of exchanges that found no free slot
	 */
	public ActiveExchanges(MeterRegistry registry) {
		this.operations = new ActiveOperations(Overflow.counter(registry, "active_exchange"));
	}

	/**
	 * The table.
	 * @return the operations in flight
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
	 * Sets the route of the calling thread's exchange, unless it has one. Before the
	 * handler runs this is the route that was matched first.
	 * @param pattern the path template
	 */
	public void matched(String pattern) {
		Exchange exchange = this.operations.current(Exchange.class);
		if (exchange != null && exchange.pattern() == null) {
			exchange.matched(pattern);
		}
	}

	/**
	 * Sets the route of an exchange as soon as Spring MVC has matched it, for threads
	 * that look at requests in flight.
	 */
	public static final class RouteInterceptor implements HandlerInterceptor {

		private final ActiveExchanges active;

		/**
		 * Create an interceptor.
		 * @param active the requests in flight
		 */
		public RouteInterceptor(ActiveExchanges active) {
			this.active = active;
		}

		@Override
		public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
			String pattern = MatchedRoute.of(request);
			// The template of an error page is not the route of the request
			if (pattern != null && request.getDispatcherType() != DispatcherType.ERROR) {
				this.active.matched(pattern);
			}
			return true;
		}

	}

}
