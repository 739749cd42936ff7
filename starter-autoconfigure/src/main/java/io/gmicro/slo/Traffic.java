package io.gmicro.slo;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests to two instances of a service as the series that promtool reads, minute by
 * minute.
 */
final class Traffic {

	private static final BigDecimal A_MINUTE = new BigDecimal("1000");

	private static final BigDecimal HALF = new BigDecimal("0.5");

	private static final List<String> INSTANCES = List.of("a:8080", "b:8080");

	private final Indicator indicator;

	private final List<Object> series = new ArrayList<>();

	Traffic(Indicator indicator) {
		this.indicator = indicator;
	}

	/** Requests of which none fail, and that are of no status above 404. */
	Traffic healthy(int minutes) {
		Counter counter = new Counter().grow(A_MINUTE, minutes);
		return requests("200", counter, counter).requests("404", counter, counter);
	}

	/** All fail. */
	Traffic failing(int minutes) {
		Counter counter = new Counter().grow(A_MINUTE, minutes);
		return requests("503", counter, counter);
	}

	/** There were requests once. */
	Traffic idle(int minutes) {
		Counter counter = new Counter().grow(BigDecimal.ZERO, minutes);
		return requests("200", counter, counter).requests("500", counter, counter);
	}

	/**
	 * Shares of errors one after the other, each for some minutes. Half of the errors are
	 * answered with 500 and in time, half with 200 and too late.
	 */
	Traffic errors(Map<BigDecimal, Integer> minutes) {
		Counter failed = new Counter();
		Counter good = new Counter();
		Counter all = new Counter();
		minutes.forEach((share, length) -> {
			BigDecimal half = A_MINUTE.multiply(share).multiply(HALF);
			failed.grow(half, length);
			good.grow(A_MINUTE.subtract(half).subtract(half), length);
			all.grow(A_MINUTE.subtract(half), length);
		});
		return requests("500", failed, failed).requests("200", all, good);
	}

	private Traffic requests(String status, Counter all, Counter inTime) {
		for (String instance : INSTANCES) {
			Map<String, String> labels = new LinkedHashMap<>();
			labels.put("instance", instance);
			labels.put("http_request_method", "GET");
			labels.putAll(this.indicator.source());
			labels.put("http_response_status_code", status);
			add("_count", labels, all);
			labels.put("le", this.indicator.slo().seconds());
			add("_bucket", labels, inTime);
		}
		return this;
	}

	private void add(String suffix, Map<String, String> labels, Counter counter) {
		Map<String, Object> input = new LinkedHashMap<>();
		input.put("series", PromQl.series(Indicator.HISTOGRAM + suffix, labels));
		input.put("values", counter.text.toString());
		this.series.add(input);
	}

	List<Object> series() {
		return this.series;
	}

	/** A counter that starts with 0, in promtool's notation. */
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
