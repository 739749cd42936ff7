package io.gmicro.slo;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests to two instances of a service, as series in the notation of promtool with one
 * value per minute.
 */
final class Traffic {

	private static final BigDecimal HALF = new BigDecimal("0.5");

	private static final List<String> INSTANCES = List.of("a:8080", "b:8080");

	private final Indicator indicator;

	private final BigDecimal perMinute;

	private final Map<String, Counter> counters = new LinkedHashMap<>();

	/**
	 * Create traffic.
	 * @param indicator the objective of the requests
	 * @param perMinute requests per minute and instance
	 */
	Traffic(Indicator indicator, BigDecimal perMinute) {
		this.indicator = indicator;
		this.perMinute = perMinute;
	}

	/** Requests that succeed, with the status 200 or 404. */
	Traffic healthy(int minutes) {
		for (String status : List.of("200", "404")) {
			all(status).grow(this.perMinute, minutes);
			inTime(status).grow(this.perMinute, minutes);
		}
		return this;
	}

	/** Requests that all fail. */
	Traffic failing(int minutes) {
		all("503").grow(this.perMinute, minutes);
		inTime("503").grow(this.perMinute, minutes);
		return this;
	}

	/** No further requests. */
	Traffic silence(int minutes) {
		all("200");
		inTime("200");
		this.counters.values().forEach((counter) -> counter.grow(BigDecimal.ZERO, minutes));
		return this;
	}

	/**
	 * Requests with one ratio of errors after the other, each for some minutes. Half of
	 * the errors have the status 500 and are fast, half have 200 and are too slow.
	 */
	Traffic errors(Map<BigDecimal, Integer> minutes) {
		minutes.forEach((share, length) -> {
			BigDecimal half = this.perMinute.multiply(share).multiply(HALF);
			all("500").grow(half, length);
			inTime("500").grow(half, length);
			all("200").grow(this.perMinute.subtract(half), length);
			inTime("200").grow(this.perMinute.subtract(half).subtract(half), length);
		});
		return this;
	}

	private Counter all(String status) {
		return counter("_count", status, Map.of());
	}

	private Counter inTime(String status) {
		return counter("_bucket", status, Map.of("le", this.indicator.slo().seconds()));
	}

	private Counter counter(String suffix, String status, Map<String, String> bound) {
		Map<String, String> labels = new LinkedHashMap<>();
		labels.put("http_request_method", "GET");
		labels.putAll(this.indicator.source());
		labels.put("http_response_status_code", status);
		labels.putAll(bound);
		return this.counters.computeIfAbsent(
				Indicator.HISTOGRAM + suffix + "{" + Indicator.matchers(labels) + ",instance=",
				(series) -> new Counter());
	}

	List<Object> series() {
		List<Object> series = new ArrayList<>();
		this.counters.forEach((labels, counter) -> INSTANCES.forEach((instance) -> {
			Map<String, Object> input = new LinkedHashMap<>();
			input.put("series", labels + Indicator.quote(instance) + "}");
			input.put("values", counter.text.toString());
			series.add(input);
		}));
		return series;
	}

	/** A counter that starts at 0, in the notation of promtool. */
	private static final class Counter {

		private final StringBuilder text = new StringBuilder("0");

		private BigDecimal value = BigDecimal.ZERO;

		Counter grow(BigDecimal aMinute, int minutes) {
			this.text.append(' ')
				.append(plain(this.value.add(aMinute)))
				.append('+')
				.append(plain(aMinute))
				.append('x')
				.append(minutes - 1);
			this.value = this.value.add(aMinute.multiply(BigDecimal.valueOf(minutes)));
			return this;
		}

		private static String plain(BigDecimal value) {
			return value.stripTrailingZeros().toPlainString();
		}

	}

}
