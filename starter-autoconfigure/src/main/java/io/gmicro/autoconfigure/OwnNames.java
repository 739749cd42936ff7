package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.gmicro.custom.PublishedNames;
import io.micrometer.core.instrument.Meter.Type;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Denies meters that would be published under a name that gmicro records: two sources of
 * one family count every request twice, or fail the whole scrape if their types differ.
 * The filter runs before all others and recognizes gmicro's meters by name and
 * description. Add each new meter of gmicro here.
 */
final class OwnNames implements MeterFilter {

	private static final Log logger = LogFactory.getLog(OwnNames.class);

	private final Map<String, OwnMeter> byName = new HashMap<>();

	private final Map<String, OwnMeter> byPublishedName = new HashMap<>();

	private final Set<OwnMeter> reported = ConcurrentHashMap.newKeySet();

	/**
	 * Set if the mapped meter is gmicro's. Micrometer calls {@code map} and then
	 * {@code accept} on the same thread.
	 */
	private final ThreadLocal<OwnMeter> mapped = new ThreadLocal<>();

	private OwnNames(List<OwnMeter> meters) {
		for (OwnMeter meter : meters) {
			this.byName.put(meter.name(), meter);
			PublishedNames.of(meter.id()).forEach((name) -> this.byPublishedName.put(name, meter));
		}
	}

	static OwnNames ofRequests(GmicroProperties properties) {
		List<OwnMeter> meters = new ArrayList<>();
		GmicroProperties.Http http = properties.http();
		if (properties.metrics().naming().isStandard()) {
			if (http.requestDuration().enabled()) {
				meters
					.add(http(Type.TIMER, "request.duration", "Duration of HTTP server requests", "request-duration"));
			}
			if (http.statusCode().enabled()) {
				meters.add(http(Type.COUNTER, "responses", "HTTP server responses by status code", "status-code"));
				meters.add(http(Type.COUNTER, "aborted.responses",
						"HTTP server responses that failed after they had been committed", "status-code"));
			}
			if (http.activeRequests().enabled()) {
				meters.add(http(Type.GAUGE, "active_requests", "HTTP server requests that are being served",
						"active-requests"));
			}
			if (http.bodySize().enabled()) {
				meters.add(http(Type.DISTRIBUTION_SUMMARY, "request.body.size", "Size of HTTP server request bodies",
						"body-size"));
				meters.add(http(Type.DISTRIBUTION_SUMMARY, "response.body.size",
						"Size of HTTP server response bodies before compression", "body-size"));
			}
			if (http.slowRequests().enabled()) {
				meters.add(http(Type.COUNTER, "slow.requests",
						"HTTP server requests that took longer than their threshold", "slow-requests"));
			}
			if (http.uniqueClients().enabled()) {
				meters.add(http(Type.GAUGE, "unique_clients",
						"Estimate of the clients with different addresses since the start", "unique-clients"));
			}
		}
		return new OwnNames(meters);
	}

	private static OwnMeter http(Type type, String name, String description, String key) {
		return new OwnMeter(type, "http.server." + name, (type == Type.DISTRIBUTION_SUMMARY) ? "bytes" : null,
				description, "gmicro.http." + key + ".enabled=false");
	}

	static OwnNames ofCalls(GmicroProperties properties) {
		List<OwnMeter> meters = new ArrayList<>();
		if (properties.metrics().naming().isStandard()) {
			if (properties.grpc().server().enabled()) {
				addCalls(meters, "server");
				meters.add(rpc(Type.COUNTER, "server", "slow.calls",
						"gRPC server calls that took longer than their threshold"));
			}
			if (properties.grpc().client().enabled()) {
				addCalls(meters, "client");
			}
		}
		return new OwnNames(meters);
	}

	private static void addCalls(List<OwnMeter> meters, String side) {
		meters.add(rpc(Type.TIMER, side, "call.duration", "Duration of gRPC " + side + " calls"));
		meters.add(rpc(Type.COUNTER, side, "responses", "gRPC " + side + " calls by status code"));
		meters.add(rpc(Type.COUNTER, side, "messages.sent", "Messages that a gRPC " + side + " has sent"));
		meters.add(rpc(Type.COUNTER, side, "messages.received", "Messages that a gRPC " + side + " has received"));
	}

	private static OwnMeter rpc(Type type, String side, String name, String description) {
		return new OwnMeter(type, "rpc." + side + "." + name, null, description,
				"gmicro.grpc." + side + ".enabled=false");
	}

	Set<String> names() {
		return this.byName.keySet();
	}

	@Override
	public Meter.Id map(Meter.Id id) {
		OwnMeter named = this.byName.get(id.getName());
		if (named != null && (named.description().equals(id.getDescription())
				|| DeniedMeters.DESCRIPTION.equals(id.getDescription()))) {
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
			return deny(id, named);
		}
		for (String name : PublishedNames.of(id)) {
			OwnMeter published = this.byPublishedName.get(name);
			if (published != null) {
				return deny(id, published);
			}
		}
		return MeterFilterReply.NEUTRAL;
	}

	/**
	 * Logs each name once, as Micrometer asks again for each record of a denied meter.
	 */
	private MeterFilterReply deny(Meter.Id id, OwnMeter own) {
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
	 * @param type the type
	 * @param name the name
	 * @param baseUnit the base unit if the type does not imply it
	 * @param description the description, as in the class that registers the meter
	 * @param property the property that turns it off, with the value
	 */
	private record OwnMeter(Type type, String name, @Nullable String baseUnit, String description, String property) {

		Meter.Id id() {
			return new Meter.Id(this.name, Tags.empty(), this.baseUnit, this.description, this.type);
		}

	}

}
