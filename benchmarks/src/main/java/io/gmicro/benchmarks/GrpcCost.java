package io.gmicro.benchmarks;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import io.gmicro.grpc.CallMetrics;
import io.gmicro.grpc.ClientMetricsInterceptor;
import io.gmicro.grpc.ServerMetricsInterceptor;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.slow.SlowCalls;
import io.gmicro.slow.SlowRequests;
import io.gmicro.slow.Thresholds;
import io.gmicro.slow.TraceIds;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * What the interceptors of both sides cost a unary call over the in-process transport:
 * CPU time and allocation of the one thread that does all of it, less that of a call
 * without any. Beside them Micrometer's own observation interceptors, as Spring Boot
 * registers them. Rounds of all three in turn.
 */
final class GrpcCost {

	private static final int ROUNDS = 15;

	private static final int CALLS = 100_000;

	private static final int WARM_UP_ROUNDS = 3;

	private static final MethodDescriptor<String, String> METHOD = MethodDescriptor.<String, String>newBuilder()
		.setType(MethodDescriptor.MethodType.UNARY)
		.setFullMethodName("benchmark.Service/Unary")
		.setRequestMarshaller(new NoMarshaller())
		.setResponseMarshaller(new NoMarshaller())
		.build();

	private GrpcCost() {
	}

	static Table table() {
		return new Table("grpc", "gRPC interceptors",
				"""
						CPU time and allocation of a unary call over the in-process transport, client and server on one thread, with the
						interceptors of both sides less without any; 15 rounds of 100,000 calls, in turn. Micrometer's are as Spring Boot
						registers them, without histograms.
						""",
				GrpcCost::rows);
	}

	private static String rows() throws IOException {
		Wired none = new Wired(List.of(), List.of());
		Wired ours = ours();
		Wired micrometers = micrometers();
		List<Wired> all = List.of(none, ours, micrometers);
		for (int round = 0; round < WARM_UP_ROUNDS; round++) {
			all.forEach(Wired::measure);
		}
		List<double[]> ourCosts = new ArrayList<>();
		List<double[]> theirCosts = new ArrayList<>();
		double[] bases = new double[ROUNDS];
		for (int round = 0; round < ROUNDS; round++) {
			double[] base = none.measure();
			bases[round] = base[0];
			ourCosts.add(less(ours.measure(), base));
			theirCosts.add(less(micrometers.measure(), base));
		}
		all.forEach(Wired::close);
		Arrays.sort(bases);
		double median = median(ourCosts, 0);
		return String.format(Locale.ROOT,
				"| a call with | CPU ns more, median (lowest to highest) | bytes more |%n|---|---|---|%n"
						+ "| none (%.0f ns) | 0 | 0 |%n%s%s%nOurs over Micrometer's: %.2f of the time, %.2f of the bytes%n",
				bases[ROUNDS / 2], row("gmicro, both sides, slow calls tracked", ourCosts),
				row("Micrometer's observations, both sides", theirCosts), median / median(theirCosts, 0),
				median(ourCosts, 1) / median(theirCosts, 1));
	}

	private static String row(String name, List<double[]> costs) {
		double[] nanos = costs.stream().mapToDouble((cost) -> cost[0]).sorted().toArray();
		return String.format(Locale.ROOT, "| %s | %.0f (%.0f to %.0f) | %.0f |%n", name, nanos[ROUNDS / 2], nanos[0],
				nanos[ROUNDS - 1], median(costs, 1));
	}

	private static double[] less(double[] cost, double[] base) {
		return new double[] { cost[0] - base[0], cost[1] - base[1] };
	}

	private static double median(List<double[]> costs, int index) {
		return costs.stream().map((cost) -> cost[index]).sorted().toList().get(ROUNDS / 2);
	}

	private static Wired ours() throws IOException {
		MeterRegistry registry = Registries.ours();
		List<Duration> bounds = Stream.of(5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000)
			.map(Duration::ofMillis)
			.toList();
		CallMetrics metrics = new CallMetrics(registry, bounds);
		ActiveExchanges active = new ActiveExchanges(registry);
		SlowCalls slow = new SlowCalls(registry, active, new SlowRequests(registry, active,
				new Thresholds(Duration.ofSeconds(10), Map.of()), 100, TraceIds.NONE));
		return new Wired(
				List.of(new ServerMetricsInterceptor(List.of(metrics, slow), ServerMetricsInterceptor.INFRASTRUCTURE,
						registry)),
				List.of(new ClientMetricsInterceptor(List.of(metrics, slow), ServerMetricsInterceptor.INFRASTRUCTURE,
						registry)));
	}

	private static Wired micrometers() throws IOException {
		ObservationRegistry observations = ObservationRegistry.create();
		observations.observationConfig()
			.observationHandler(
					new DefaultMeterObservationHandler(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
		return new Wired(List.of(new ObservationGrpcServerInterceptor(observations)),
				List.of(new ObservationGrpcClientInterceptor(observations)));
	}

	/**
	 * A server and a client on one thread.
	 */
	private static final class Wired {

		private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

		private final Server server;

		private final ManagedChannel channel;

		Wired(List<ServerInterceptor> serverInterceptors, List<ClientInterceptor> clientInterceptors)
				throws IOException {
			InProcessServerBuilder builder = InProcessServerBuilder.forName(InProcessServerBuilder.generateName())
				.directExecutor()
				.addService(ServerServiceDefinition.builder("benchmark.Service")
					.addMethod(METHOD, ServerCalls.asyncUnaryCall((request, answers) -> {
						answers.onNext(request);
						answers.onCompleted();
					}))
					.build());
			serverInterceptors.forEach(builder::intercept);
			this.server = builder.build().start();
			this.channel = InProcessChannelBuilder.forAddress(this.server.getListenSockets().get(0))
				.directExecutor()
				.intercept(clientInterceptors)
				.build();
		}

		/**
		 * Make many calls.
		 * @return nanoseconds and bytes a call
		 */
		double[] measure() {
			long thread = Thread.currentThread().getId();
			long bytes = this.threads.getThreadAllocatedBytes(thread);
			long nanos = this.threads.getCurrentThreadCpuTime();
			for (int i = 0; i < CALLS; i++) {
				ClientCalls.blockingUnaryCall(this.channel, METHOD, CallOptions.DEFAULT, "hello");
			}
			nanos = this.threads.getCurrentThreadCpuTime() - nanos;
			bytes = this.threads.getThreadAllocatedBytes(thread) - bytes;
			return new double[] { (double) nanos / CALLS, (double) bytes / CALLS };
		}

		void close() {
			this.channel.shutdownNow();
			this.server.shutdownNow();
		}

	}

	/**
	 * The transport hands objects over as they are.
	 */
	private static final class NoMarshaller implements MethodDescriptor.ReflectableMarshaller<String> {

		@Override
		public Class<String> getMessageClass() {
			return String.class;
		}

		@Override
		public InputStream stream(String value) {
			return new ByteArrayInputStream(new byte[0]);
		}

		@Override
		public String parse(InputStream stream) {
			return "hello";
		}

	}

}
