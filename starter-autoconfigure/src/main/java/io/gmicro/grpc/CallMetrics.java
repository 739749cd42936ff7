package io.gmicro.grpc;

import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Records {@code rpc_server_call_duration_seconds} and {@code rpc_server_responses_total}
 * by method, status code and error type, {@code rpc_server_messages_sent_total} and
 * {@code rpc_server_messages_received_total} by method, and the same for clients, there
 * by address and port of the server as well. Thread-safe.
 *
 * @see <a href=
 * "https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/">OpenTelemetry, RPC
 * metrics</a>
 */
public final class CallMetrics implements CallObserver {

	/** The name of the histogram of server calls. */
	public static final String SERVER_DURATION = "rpc.server.call.duration";

	/** The name of the histogram of client calls. */
	public static final String CLIENT_DURATION = "rpc.client.call.duration";

	/** The label of the status code. */
	public static final String STATUS_LABEL = "rpc.status_code";

	private static final Status.Code[] CODES = Status.Code.values();

	/** All other codes say that the client did something wrong. */
	private static final Set<Status.Code> SERVER_ERRORS = Set.of(Status.Code.UNKNOWN, Status.Code.DEADLINE_EXCEEDED,
			Status.Code.UNIMPLEMENTED, Status.Code.INTERNAL, Status.Code.UNAVAILABLE, Status.Code.DATA_LOSS);

	private final Map<String, MethodMeters> served = new ConcurrentHashMap<>();

	private final Map<ServerAddress, Map<String, MethodMeters>> made = new ConcurrentHashMap<>();

	private final MeterRegistry registry;

	private final Duration[] bounds;

	/**
	 * Create an observer.
	 * @param registry the registry of the meters, which are registered at the first call
	 * of a method
	 * @param bounds the upper bounds of the histogram's buckets, positive and ascending;
	 * {@code +Inf} is added
	 */
	public CallMetrics(MeterRegistry registry, Collection<Duration> bounds) {
		this.registry = registry;
		this.bounds = bounds.toArray(Duration[]::new);
	}

	/** Registers all counters, because a rate misses the first increment of a new one. */
	@Override
	public void onRegistered(String method) {
		MethodMeters meters = served(method);
		meters.duration(Status.Code.OK);
		for (Status.Code code : CODES) {
			meters.responses(code);
		}
	}

	@Override
	public void onMessageSent(Call call) {
		meters(call).sent.increment();
	}

	@Override
	public void onMessageReceived(Call call) {
		meters(call).received.increment();
	}

	@Override
	public void onEnd(Call call) {
		MethodMeters meters = meters(call);
		meters.duration(call.code()).record(call.durationNanos(), TimeUnit.NANOSECONDS);
		meters.responses(call.code()).increment();
	}

	private MethodMeters meters(Call call) {
		return (call.side() == Call.Side.SERVER) ? served(call.method()) : made(call.method(), call.server());
	}

	private MethodMeters served(String method) {
		MethodMeters meters = this.served.get(method);
		return (meters != null) ? meters
				: this.served.computeIfAbsent(method, (name) -> new MethodMeters(Call.Side.SERVER,
						Tags.of("rpc.system.name", Call.SYSTEM, "rpc.method", name)));
	}

	private MethodMeters made(String method, ServerAddress server) {
		Map<String, MethodMeters> methods = this.made.get(server);
		if (methods == null) {
			methods = this.made.computeIfAbsent(server, (added) -> new ConcurrentHashMap<>());
		}
		MethodMeters meters = methods.get(method);
		return (meters != null) ? meters
				: methods.computeIfAbsent(method,
						(name) -> new MethodMeters(Call.Side.CLIENT, Tags.of("rpc.system.name", Call.SYSTEM,
								"rpc.method", name, "server.address", server.address(), "server.port", server.port())));
	}

	private static String errorType(Call.Side side, Status.Code code) {
		boolean error = (side == Call.Side.SERVER) ? SERVER_ERRORS.contains(code) : code != Status.Code.OK;
		return error ? code.name() : "";
	}

	/**
	 * The meters of one method. Those of a status code are registered on first use.
	 */
	private final class MethodMeters {

		private final AtomicReferenceArray<@Nullable Timer> durations = new AtomicReferenceArray<>(CODES.length);

		private final AtomicReferenceArray<@Nullable Counter> responses = new AtomicReferenceArray<>(CODES.length);

		private final Call.Side callSide;

		private final String side;

		private final Tags tags;

		private final Counter sent;

		private final Counter received;

		MethodMeters(Call.Side side, Tags tags) {
			this.callSide = side;
			this.side = side.name().toLowerCase(Locale.ROOT);
			this.tags = tags;
			this.sent = messages("sent");
			this.received = messages("received");
		}

		private Counter messages(String direction) {
			return Counter.builder("rpc." + this.side + ".messages." + direction)
				.description("Messages that a gRPC " + this.side + " has " + direction)
				.tags(this.tags)
				.register(CallMetrics.this.registry);
		}

		Timer duration(Status.Code code) {
			Timer timer = this.durations.get(code.ordinal());
			if (timer == null) {
				timer = Timer.builder(this.side.equals("server") ? SERVER_DURATION : CLIENT_DURATION)
					.description("Duration of gRPC " + this.side + " calls")
					.tags(tags(code))
					.serviceLevelObjectives(CallMetrics.this.bounds)
					.register(CallMetrics.this.registry);
				this.durations.set(code.ordinal(), timer);
			}
			return timer;
		}

		Counter responses(Status.Code code) {
			Counter counter = this.responses.get(code.ordinal());
			if (counter == null) {
				counter = Counter.builder("rpc." + this.side + ".responses")
					.description("gRPC " + this.side + " calls by status code")
					.tags(tags(code))
					.register(CallMetrics.this.registry);
				this.responses.set(code.ordinal(), counter);
			}
			return counter;
		}

		private Tags tags(Status.Code code) {
			return this.tags.and(STATUS_LABEL, code.name(), "error.type", errorType(this.callSide, code));
		}

	}

}
