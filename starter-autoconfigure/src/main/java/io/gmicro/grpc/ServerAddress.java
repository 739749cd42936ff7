package io.gmicro.grpc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.gmicro.meter.Overflow;
import io.grpc.Channel;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The server that a channel leads to, as the labels {@code server_address} and
 * {@code server_port} of clients.
 *
 * @param address the host, or whatever else the channel was created with
 * @param port the port, empty if the channel was created without one
 * @see <a href= "https://opentelemetry.io/docs/specs/semconv/rpc/grpc/">OpenTelemetry,
 * gRPC</a>
 */
record ServerAddress(String address, String port) {

	/** Of channels that do not know. */
	static final ServerAddress NONE = new ServerAddress("", "");

	/** Of calls that are served here, recognized by identity. */
	static final ServerAddress OURS = new ServerAddress("", "");

	private static final ServerAddress OTHER = new ServerAddress(Overflow.OTHER, "");

	/**
	 * Reads the authority of a channel.
	 * @param authority {@code host:port} or {@code host}; an IPv6 address stands in
	 * brackets
	 */
	static ServerAddress parse(String authority) {
		// Credentials are no address
		String server = authority.substring(authority.lastIndexOf('@') + 1);
		int colon = server.lastIndexOf(':');
		boolean hasPort = colon > 0 && server.substring(colon + 1).matches("\\d{1,5}")
				&& (server.indexOf(':') == colon || server.charAt(colon - 1) == ']');
		String address = hasPort ? server.substring(0, colon) : server;
		if (address.startsWith("[") && address.endsWith("]")) {
			address = address.substring(1, address.length() - 1);
		}
		return new ServerAddress(address, hasPort ? server.substring(colon + 1) : "");
	}

	/**
	 * The servers of a client for each method. The number of pairs of method and server
	 * is bounded; further ones have the address {@link Call#OTHER}. Thread-safe.
	 */
	static final class Table {

		static final int MAX_PAIRS = 1000;

		private final Map<String, Map<String, ServerAddress>> byMethod = new ConcurrentHashMap<>();

		private final Counter overflow;

		private int pairs;

		private volatile boolean full;

		Table(MeterRegistry registry) {
			this.overflow = Overflow.counter(registry, "server_address");
		}

		/**
		 * The server of a call.
		 * @param method the label of the method
		 * @param channel the channel, which may be any implementation
		 * @return the server, {@link #NONE} if the channel does not know
		 */
		ServerAddress find(String method, Channel channel) {
			String authority;
			try {
				authority = channel.authority();
			}
			catch (RuntimeException ex) {
				return NONE;
			}
			return (authority != null) ? find(method, authority) : NONE;
		}

		ServerAddress find(String method, String authority) {
			Map<String, ServerAddress> byAuthority = this.byMethod.get(method);
			ServerAddress known = (byAuthority != null) ? byAuthority.get(authority) : null;
			if (known == null && !this.full) {
				known = add(method, authority);
			}
			if (known == null) {
				this.overflow.increment();
				return OTHER;
			}
			return known;
		}

		private synchronized @Nullable ServerAddress add(String method, String authority) {
			Map<String, ServerAddress> byAuthority = this.byMethod.computeIfAbsent(method,
					(added) -> new ConcurrentHashMap<>());
			ServerAddress known = byAuthority.get(authority);
			if (known == null && this.pairs < MAX_PAIRS) {
				known = parse(authority);
				byAuthority.put(authority, known);
				this.full = ++this.pairs >= MAX_PAIRS;
			}
			return known;
		}

	}

}
