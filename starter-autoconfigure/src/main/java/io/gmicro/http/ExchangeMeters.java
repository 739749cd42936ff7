package io.gmicro.http;

import java.util.function.Function;

import io.micrometer.core.instrument.Tags;

/**
 * The meters of one observer, one for each {@link Series}. A meter is created on first
 * use; finding it again takes no lock and allocates nothing. Thread-safe.
 *
 * @param <M> the type of meter
 */
public final class ExchangeMeters<M> {

	private final Function<Series, M> binder;

	private ExchangeMeters(Function<Series, M> binder) {
		this.binder = binder;
	}

	/**
	 * Meters by method, route and status code.
	 * @param <M> the type of meter
	 * @param binder registers a meter with the given tags
	 * @return the meters
	 */
	public static <M> ExchangeMeters<M> byStatus(Function<Tags, M> binder) {
		return new ExchangeMeters<>((series) -> binder.apply(series.statusTags()));
	}

	/**
	 * Meters by all attributes of OpenTelemetry's HTTP conventions: method, scheme,
	 * route, status code, error type and, if it is recorded, protocol version.
	 * @param <M> the type of meter
	 * @param binder registers a meter with the given tags
	 * @return the meters, none of them bound yet
	 */
	public static <M> ExchangeMeters<M> byResponse(Function<Tags, M> binder) {
		return new ExchangeMeters<>((series) -> binder.apply(series.allTags()));
	}

	/**
	 * Meters by method, scheme and route.
	 * @param <M> the type of meter
	 * @param binder registers a meter with the given tags
	 * @return the meters
	 */
	public static <M> ExchangeMeters<M> byRoute(Function<Tags, M> binder) {
		return new ExchangeMeters<>((series) -> binder.apply(series.routeTags()));
	}

	/**
	 * Meters by route only.
	 * @param <M> the type of meter
	 * @param binder registers a meter with the given tags
	 * @return the meters
	 */
	public static <M> ExchangeMeters<M> byTemplate(Function<Tags, M> binder) {
		return new ExchangeMeters<>((series) -> binder.apply(series.templateTags()));
	}

	/**
	 * Meters of another library by method, route and status code.
	 * @param <M> the type of meter
	 * @param binder creates a meter with the given label values
	 * @return the meters
	 */
	public static <M> ExchangeMeters<M> byLabels(LabelBinder<M> binder) {
		return new ExchangeMeters<>((series) -> binder.bind(series.method(), series.route(), series.status()));
	}

	/**
	 * The meter of an exchange.
	 * @param exchange an exchange that has ended
	 * @return the meter of its series
	 * @throws IllegalStateException if the exchange has not ended
	 */
	@SuppressWarnings("unchecked")
	public M get(Exchange exchange) {
		Series series = exchange.series();
		Object meter = series.meter(this);
		return (M) ((meter != null) ? meter : series.bind(this, this.binder));
	}

	/**
	 * Creates a meter for label values.
	 *
	 * @param <M> the type of meter
	 */
	@FunctionalInterface
	public interface LabelBinder<M> {

		/**
		 * Create a meter.
		 * @param method see {@link Exchange#method()}
		 * @param route see {@link Exchange#route()}
		 * @param status see {@link Exchange#status()}, or {@link Exchange#OTHER} outside
		 * 100 to 599
		 * @return the meter
		 */
		M bind(String method, String route, String status);

	}

}
