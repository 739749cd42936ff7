package io.gmicro.grpc;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import com.sun.management.ThreadMXBean;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.slow.SlowCalls;
import io.gmicro.slow.SlowRequests;
import io.gmicro.slow.Thresholds;
import io.gmicro.slow.TraceIds;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a unary call allocates more, on both sides together.
 */
class CallAllocationTests {

	private static final int WARM_UP = 20_000;

	private static final int TURNS = 3;

	private static final int ROUNDS = 5;

	private static final int CALLS = 10_000;

	private static final long BYTES_PER_CALL = 320;

	/** The tracer of a call, and its place in the context. */
	private static final long BYTES_PER_TRACER = 160;

	private final MeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

	@Test
	void fullSetAllocatesFewSmallObjects() throws Exception {
		assertAllocatesLittle(false, BYTES_PER_CALL);
	}

	@Test
	void tracerAllocatesFewSmallObjects() throws Exception {
		assertAllocatesLittle(true, BYTES_PER_CALL + BYTES_PER_TRACER);
	}

	private void assertAllocatesLittle(boolean tracer, long bytes) throws Exception {
		CallMetrics metrics = new CallMetrics(this.registry, List.of(Duration.ofMillis(5), Duration.ofSeconds(1)));
		ActiveExchanges active = new ActiveExchanges(this.registry);
		SlowCalls slow = new SlowCalls(this.registry, active, new SlowRequests(this.registry, active,
				new Thresholds(Duration.ofSeconds(10), Map.of()), 100, TraceIds.NONE));
		ServerMetricsInterceptor interceptor = new ServerMetricsInterceptor(List.of(metrics, slow), List.of(),
				this.registry);
		Consumer<ServerBuilder<?>> server = (builder) -> {
			builder.intercept(interceptor);
			if (tracer) {
				builder.addStreamTracerFactory(interceptor.unseenCalls());
			}
		};
		List<ClientInterceptor> client = List
			.of(new ClientMetricsInterceptor(List.of(metrics, slow), List.of(), this.registry));
		long plain = Long.MAX_VALUE;
		long measured = Long.MAX_VALUE;
		// In turn, so that the compiler has come as far with the one as with the other
		for (int turn = 0; turn < TURNS; turn++) {
			plain = Math.min(plain, allocated((builder) -> {
			}, List.of()));
			measured = Math.min(measured, allocated(server, client));
		}
		double perCall = (double) (measured - plain) / CALLS;
		assertThat(perCall).isBetween(1.0, (double) bytes);
		assertThat(this.registry.get("rpc.server.responses").counter().count())
			.isEqualTo(TURNS * (WARM_UP + ROUNDS * CALLS));
	}

	/** Client and server on the one thread whose allocation is read. */
	private static long allocated(Consumer<ServerBuilder<?>> customizer, List<ClientInterceptor> clientInterceptors)
			throws Exception {
		InProcessServerBuilder builder = InProcessServerBuilder.forName(InProcessServerBuilder.generateName())
			.directExecutor()
			.addService(new TestService());
		customizer.accept(builder);
		Server server = builder.build().start();
		ManagedChannel channel = InProcessChannelBuilder.forAddress(server.getListenSockets().get(0))
			.directExecutor()
			.intercept(clientInterceptors)
			.build();
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		run(channel, WARM_UP);
		// The least of several: the compiler may still be at it
		long allocated = Long.MAX_VALUE;
		for (int round = 0; round < ROUNDS; round++) {
			long before = threads.getCurrentThreadAllocatedBytes();
			run(channel, CALLS);
			allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
		}
		channel.shutdownNow();
		server.shutdownNow();
		return allocated;
	}

	private static void run(ManagedChannel channel, int times) {
		for (int i = 0; i < times; i++) {
			ClientCalls.blockingUnaryCall(channel, TestService.UNARY, CallOptions.DEFAULT, "hello");
		}
	}

}
