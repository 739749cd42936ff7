package io.gmicro.custom;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.gmicro.meter.Overflow;
import io.gmicro.meter.WellFormed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * All meters of one name, which differ in the values of their labels. Each is registered
 * on first use and found again by a lookup in a map. Once there are
 * {@code max-label-sets} meters, and for values of more than {@value #LONGEST_VALUE}
 * characters, a single meter whose labels are all {@code _OTHER} is used. An unpaired
 * surrogate in a value is replaced by U+FFFD. Thread-safe.
 *
 * @param <M> the type of meter
 */
public final class MeterFamily<M> {

	private static final Log logger = LogFactory.getLog(MeterFamily.class);

	private static final int LONGEST_VALUE = 200;

	private final ConcurrentHashMap<Object, M> meters = new ConcurrentHashMap<>();

	private final String property;

	private final List<String> labels;

	private final int limit;

	private final Function<Tags, M> binder;

	private final @Nullable Counter overflow;

	private volatile boolean full;

	private volatile @Nullable M other;

	MeterFamily(String name, CustomMetric metric, MeterRegistry registry, Function<Tags, M> binder) {
		this.property = CustomMetric.property(name);
		this.labels = metric.labels();
		this.limit = metric.maxLabelSets();
		this.binder = binder;
		this.overflow = this.labels.isEmpty() ? null : Overflow.counter(registry, name);
	}

	/**
	 * Return the meter for label values. If yours are always the same, keep the meter.
	 * @param values a value for each label, in the order in which the labels are declared
	 * @return the meter
	 * @throws IllegalArgumentException if there are more or fewer values than labels, or
	 * one is {@code null}
	 */
	@SuppressWarnings("ConstantValue")
	public M labelValues(String... values) {
		if (values == null || values.length != this.labels.size()) {
			throw new IllegalArgumentException("%s.labels=%s takes %d label values, not %s".formatted(this.property,
					String.join(",", this.labels), this.labels.size(), (values != null) ? values.length : null));
		}
		for (int i = 0; i < values.length; i++) {
			if (values[i] == null) {
				throw new IllegalArgumentException(
						this.property + ".labels: the value of " + this.labels.get(i) + " is null");
			}
		}
		M meter = this.meters.get(key(values));
		return (meter != null) ? meter : add(wellFormed(values));
	}

	private static Object key(String... values) {
		return (values.length == 1) ? values[0] : List.of(values);
	}

	private static String[] wellFormed(String... values) {
		String[] wellFormed = new String[values.length];
		for (int i = 0; i < values.length; i++) {
			wellFormed[i] = WellFormed.of(values[i]);
		}
		return wellFormed;
	}

	private M add(String... values) {
		Object key = key(values);
		M existing = this.meters.get(key);
		if (existing != null) {
			return existing;
		}
		M added = (!this.full && isShort(values)) ? bindWithinLimit(key, values) : null;
		return (added != null) ? added : other();
	}

	private static boolean isShort(String... values) {
		for (String value : values) {
			if (value.length() > LONGEST_VALUE) {
				return false;
			}
		}
		return true;
	}

	private synchronized @Nullable M bindWithinLimit(Object key, String... values) {
		M meter = this.meters.get(key);
		if (meter != null) {
			return meter;
		}
		this.full = this.meters.size() >= this.limit;
		return this.full ? null : bind(key, values);
	}

	private M bind(Object key, String... values) {
		Tags tags = Tags.empty();
		for (int i = 0; i < values.length; i++) {
			tags = tags.and(this.labels.get(i), values[i]);
		}
		M meter = this.binder.apply(tags);
		this.meters.put(key, meter);
		return meter;
	}

	private M other() {
		if (this.overflow != null) {
			this.overflow.increment();
		}
		M shared = this.other;
		return (shared != null) ? shared : bindOther();
	}

	private synchronized M bindOther() {
		M shared = this.other;
		if (shared == null) {
			logger.warn("More than " + this.property + ".max-label-sets=" + this.limit
					+ " combinations of label values, or a value of more than " + LONGEST_VALUE
					+ " characters: recorded as " + Overflow.OTHER + " and counted in gmicro_overflow_total");
			String[] values = Collections.nCopies(this.labels.size(), Overflow.OTHER).toArray(String[]::new);
			Object key = key(values);
			M existing = this.meters.get(key);
			shared = (existing != null) ? existing : bind(key, values);
			this.other = shared;
		}
		return shared;
	}

	void initialize() {
		if (this.labels.isEmpty()) {
			labelValues();
		}
	}

}
