package io.gmicro.grpc;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/**
 * A server and a client, each with the interceptor under test, as plain grpc-java wires
 * them.
 */
final class Pair implements AutoCloseable {

	static final List<Duration> BOUNDS = List.of(Duration.ofMillis(5), Duration.ofSeconds(10));

	final MeterRegistry registry = new SimpleMeterRegistry();

	final TestService service = new TestService();

	final ServerMetricsInterceptor serverMetrics = new ServerMetricsInterceptor(this.registry, BOUNDS);

	final Server server;

	final ManagedChannel channel;

	Pair(Transport transport) throws IOException {
		this(transport, (builder) -> {
		});
	}

	Pair(Transport transport, Consumer<ServerBuilder<?>> customizer) throws IOException {
		this(transport, customizer, (builder) -> {
		});
	}

	/**
	 * Create a pair.
	 * @param transport what carries the calls
	 * @param customizer applied before the interceptor is added
	 * @param outer applied afterwards, so that interceptors are outside of ours
	 */
	Pair(Transport transport, Consumer<ServerBuilder<?>> customizer, Consumer<ServerBuilder<?>> outer)
			throws IOException {
		ServerBuilder<?> builder = transport.server().addService(this.service);
		customizer.accept(builder);
		builder.intercept(this.serverMetrics).addStreamTracerFactory(this.serverMetrics.unseenCalls());
		outer.accept(builder);
		this.server = builder.build().start();
		this.serverMetrics.register(this.server.getServices(), false);
		this.channel = transport.channel(this.server)
			.intercept(new ClientMetricsInterceptor(this.registry, BOUNDS))
			.build();
	}

	/**
	 * What has been recorded of one side.
	 * @param side {@code server} or {@code client}
	 * @return the number of calls by method and code
	 */
	Map<String, Integer> recorded(String side) {
		Map<String, Integer> recorded = new TreeMap<>();
		for (Timer timer : this.registry.find("rpc." + side + ".call.duration").timers()) {
			recorded.put(timer.getId().getTag("rpc.method") + " " + timer.getId().getTag("rpc.status_code"),
					(int) timer.count());
		}
		return recorded;
	}

	/** The counter of answers, which has to tell the same. */
	Map<String, Integer> responses(String side) {
		Map<String, Integer> responses = new TreeMap<>();
		for (Counter counter : this.registry.find("rpc." + side + ".responses").counters()) {
			responses.put(counter.getId().getTag("rpc.method") + " " + counter.getId().getTag("rpc.status_code"),
					(int) counter.count());
		}
		return responses;
	}

	int messages(String side, String direction) {
		return (int) this.registry.find("rpc." + side + ".messages." + direction)
			.counters()
			.stream()
			.mapToDouble(Counter::count)
			.sum();
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.server.shutdownNow();
		try {
			this.channel.awaitTermination(10, TimeUnit.SECONDS);
			this.server.awaitTermination(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
