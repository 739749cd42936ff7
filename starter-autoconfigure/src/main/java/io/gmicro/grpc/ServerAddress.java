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

	static final ServerAddress OTHER = new ServerAddress(Overflow.OTHER, "");

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
	 * The servers of a client, bounded. Thread-safe.
	 */
	static final class Table {

		static final int MAX_SERVERS = 100;

		private final Map<String, ServerAddress> byAuthority = new ConcurrentHashMap<>();

		private final Counter overflow;

		private volatile boolean full;

		Table(MeterRegistry registry) {
			this.overflow = Overflow.counter(registry, "server_address");
		}

		/**
		 * The server of a channel.
		 * @param channel the channel, which may be any implementation
		 * @return the server, {@link #NONE} if the channel does not know
		 */
		ServerAddress find(Channel channel) {
			String authority;
			try {
				authority = channel.authority();
			}
			catch (RuntimeException ex) {
				return NONE;
			}
			return (authority != null) ? find(authority) : NONE;
		}

		ServerAddress find(String authority) {
			ServerAddress known = this.byAuthority.get(authority);
			if (known == null && !this.full) {
				known = add(authority);
			}
			if (known == null) {
				this.overflow.increment();
				return OTHER;
			}
			return known;
		}

		private synchronized @Nullable ServerAddress add(String authority) {
			ServerAddress known = this.byAuthority.get(authority);
			if (known == null && this.byAuthority.size() < MAX_SERVERS) {
				known = parse(authority);
				this.byAuthority.put(authority, known);
			}
			this.full = known == null;
			return known;
		}

	}

}
