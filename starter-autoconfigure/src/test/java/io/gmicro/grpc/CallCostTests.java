package io.gmicro.grpc;

import java.util.List;
import java.util.Objects;

import io.gmicro.cost.CostCounters;
import io.gmicro.cost.ProcessCost;
import io.gmicro.testing.Work;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The cost of calls by method, compared with what their handlers used.
 */
class CallCostTests {

	private static final MethodDescriptor<String, String> UNARY = TestService.method("cost.Service/Unary",
			MethodType.UNARY);

	private static final MethodDescriptor<String, String> STREAM = TestService.method("cost.Service/Stream",
			MethodType.CLIENT_STREAMING);

	private static final int WARM_UP = 200;

	private static final int CALLS = 5;

	private static final int AMOUNT = 100;

	private static final double TOLERANCE = 1.03;

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final ProcessCost process = new ProcessCost(this.registry);

	private final Work work = new Work();

	private final ServerMetricsInterceptor interceptor = new ServerMetricsInterceptor(
			List.of(new CallCost(this.registry, this.process)), List.of(), this.registry);

	private final ServerServiceDefinition service = ServerServiceDefinition.builder("cost.Service")
		.addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
		.addMethod(STREAM, ServerCalls.asyncClientStreamingCall((answers) -> {
			use("stream", AMOUNT);
			return new Requests(answers);
		}))
		.build();

	@ParameterizedTest
	@EnumSource
	void costOfHandlersAndCallbacksIsExact(Transport transport) throws Exception {
		Server server = transport.server().addService(this.service).intercept(this.interceptor).build().start();
		ManagedChannel channel = transport.channel(server).build();
		try {
			for (int i = 0; i < WARM_UP; i++) {
				unary(channel, 0);
			}
			this.work.forget();
			double cpu = count(CostCounters.CALL_CPU, UNARY);
			double bytes = count(CostCounters.CALL_ALLOCATED, UNARY);
			for (int i = 0; i < CALLS; i++) {
				unary(channel, AMOUNT);
			}
			stream(channel);
			await().untilAsserted(() -> {
				assertThat(count(CostCounters.CALL_CPU, UNARY) - cpu).isBetween(this.work.cpuSeconds("unary"),
						TOLERANCE * this.work.cpuSeconds("unary"));
				assertThat(count(CostCounters.CALL_ALLOCATED, UNARY) - bytes)
					.isBetween(this.work.allocatedBytes("unary"), TOLERANCE * this.work.allocatedBytes("unary"));
				assertThat(count(CostCounters.CALL_ALLOCATED, STREAM)).isBetween(this.work.allocatedBytes("stream"),
						TOLERANCE * this.work.allocatedBytes("stream"));
				assertThat(count(CostCounters.CALL_CPU, STREAM)).isGreaterThanOrEqualTo(this.work.cpuSeconds("stream"));
			});
		}
		finally {
			channel.shutdownNow();
			server.shutdownNow();
		}
	}

	@Test
	void callOnTheThreadOfARequestIsCountedOnce() throws Exception {
		Server server = InProcessServerBuilder.forName("cost")
			.directExecutor()
			.addService(this.service)
			.intercept(this.interceptor)
			.build()
			.start();
		ManagedChannel channel = InProcessChannelBuilder.forName("cost").directExecutor().build();
		try {
			unary(channel, 0);
			this.work.forget();
			double before = count(CostCounters.CALL_ALLOCATED, UNARY);
			long[] open = Objects.requireNonNull(this.process.begin());
			unary(channel, AMOUNT);
			long[] bytes = new long[1];
			this.process.end(open, (cpuNanos, allocatedBytes) -> bytes[0] = allocatedBytes);
			assertThat(count(CostCounters.CALL_ALLOCATED, UNARY) - before)
				.isGreaterThanOrEqualTo(this.work.allocatedBytes("unary"));
			assertThat((double) bytes[0]).isBetween(1.0, this.work.allocatedBytes("unary") / 2);
		}
		finally {
			channel.shutdownNow();
			server.shutdownNow();
		}
	}

	@Test
	void registeredMethodsStartAtZero() {
		this.interceptor.register(List.of(this.service), true);
		assertThat(count(CostCounters.CALL_CPU, UNARY)).isZero();
		assertThat(count(CostCounters.CALL_ALLOCATED, STREAM)).isZero();
	}

	private void unary(ManagedChannel channel, int amount) {
		ClientCalls.blockingUnaryCall(channel, UNARY, CallOptions.DEFAULT, Integer.toString(amount));
	}

	private void stream(ManagedChannel channel) {
		StreamObserver<String> requests = ClientCalls
			.asyncClientStreamingCall(channel.newCall(STREAM, CallOptions.DEFAULT), new Ignored());
		requests.onNext(Integer.toString(AMOUNT));
		requests.onNext(Integer.toString(AMOUNT));
		requests.onCompleted();
	}

	private void unary(String amount, StreamObserver<String> answers) {
		use("unary", Integer.parseInt(amount));
		answers.onNext("done");
		answers.onCompleted();
	}

	private void use(String name, int amount) {
		this.work.run(name, amount, amount);
	}

	private double count(String name, MethodDescriptor<?, ?> method) {
		Counter counter = this.registry.find(name).tag("rpc.method", method.getFullMethodName()).counter();
		return (counter != null) ? counter.count() : 0;
	}

	private static final class Ignored implements StreamObserver<String> {

		@Override
		public void onNext(String value) {
		}

		@Override
		public void onError(Throwable failure) {
		}

		@Override
		public void onCompleted() {
		}

	}

	/** Uses as much as each message says. */
	private final class Requests implements StreamObserver<String> {

		private final StreamObserver<String> answers;

		Requests(StreamObserver<String> answers) {
			this.answers = answers;
		}

		@Override
		public void onNext(String amount) {
			use("stream", Integer.parseInt(amount));
		}

		@Override
		public void onError(Throwable failure) {
		}

		@Override
		public void onCompleted() {
			use("stream", AMOUNT);
			this.answers.onNext("done");
			this.answers.onCompleted();
		}

	}

}
