package io.gmicro.autoconfigure;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.gmicro.custom.PublishedNames;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Keeps a second source out of the families that gmicro records: two sources of one
 * family add up to twice the requests, or fail the whole scrape where their types differ.
 * A meter of gmicro is recognized by its name and its description, before any other
 * filter changes them.
 */
final class OwnNamesFilter implements MeterFilter {

	private static final Log logger = LogFactory.getLog(OwnNamesFilter.class);

	private final Map<String, OwnMeter> byName = new HashMap<>();

	private final Map<String, OwnMeter> byPublishedName = new HashMap<>();

	private final Set<OwnMeter> reported = ConcurrentHashMap.newKeySet();

	/**
	 * Micrometer asks on one thread what becomes of an id and then whether to accept it.
	 */
	private final ThreadLocal<OwnMeter> mapped = new ThreadLocal<>();

	OwnNamesFilter(List<OwnMeter> meters) {
		for (OwnMeter meter : meters) {
			this.byName.put(meter.name(), meter);
			PublishedNames.of(meter.id()).forEach((name) -> this.byPublishedName.put(name, meter));
		}
	}

	Set<String> names() {
		return this.byName.keySet();
	}

	@Override
	public Meter.Id map(Meter.Id id) {
		OwnMeter named = this.byName.get(id.getName());
		boolean own = named != null && (named.description().equals(id.getDescription())
				|| DeniedMeters.DESCRIPTION.equals(id.getDescription()));
		if (own) {
			this.mapped.set(named);
		}
		else {
			this.mapped.remove();
		}
		return id;
	}

	@Override
	public MeterFilterReply accept(Meter.Id id) {
		OwnMeter own = this.mapped.get();
		this.mapped.remove();
		if (own != null) {
			return MeterFilterReply.NEUTRAL;
		}
		OwnMeter named = this.byName.get(id.getName());
		if (named != null) {
			return refuse(id, named);
		}
		for (String name : PublishedNames.of(id)) {
			OwnMeter published = this.byPublishedName.get(name);
			if (published != null) {
				return refuse(id, published);
			}
		}
		return MeterFilterReply.NEUTRAL;
	}

	/** Asked again for each record where meters are not kept, so it reports once. */
	private MeterFilterReply refuse(Meter.Id id, OwnMeter own) {
		if (this.reported.add(own)) {
			logger.warn("Not recorded: the meter %s with the tags %s, whose name is that of a metric of gmicro. "
				.formatted(id.getName(), id.getTags())
					+ "Give it another name (that of Spring's observation of requests is "
					+ "management.observations.http.server.requests.name or its convention's), or set "
					+ own.property());
		}
		return MeterFilterReply.DENY;
	}

	/**
	 * A meter that gmicro records.
	 *
	 * @param type its type
	 * @param name its name
	 * @param baseUnit its unit, or an empty text
	 * @param description its description
	 * @param property the property that turns it off, with the value that does
	 */
	record OwnMeter(Meter.Type type, String name, String baseUnit, String description, String property) {

		Meter.Id id() {
			return new Meter.Id(this.name, Tags.empty(), this.baseUnit.isEmpty() ? null : this.baseUnit,
					this.description, this.type);
		}

	}

}
