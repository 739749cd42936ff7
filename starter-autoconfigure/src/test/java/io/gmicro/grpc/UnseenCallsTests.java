package io.gmicro.grpc;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Calls that something outside of the interceptor ends.
 */
class UnseenCallsTests {

	private static final MethodDescriptor<String, String> STRICT = TestService.method("test.Strict/Unary",
			MethodType.UNARY);

	@ParameterizedTest
	@EnumSource
	void callsThatAnOuterInterceptorAnswersAreRecordedOnce(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport, (builder) -> {
		}, (builder) -> builder.intercept(new Guard()))) {
			Map<String, Integer> expected = new TreeMap<>();
			for (String request : List.of("fine", "UNAUTHENTICATED", "PERMISSION_DENIED", "throw", "throw status",
					"listener")) {
				for (int i = 0; i < 3; i++) {
					Guard.decision = request;
					expected.merge("test.Service/Unary " + unary(pair.channel, TestService.UNARY, "hello"), 1,
							Integer::sum);
				}
			}
			assertThat(expected).containsEntry("test.Service/Unary OK", 3)
				.containsEntry("test.Service/Unary UNAUTHENTICATED", 3)
				.containsEntry("test.Service/Unary PERMISSION_DENIED", 3)
				.containsEntry("test.Service/Unary DATA_LOSS", 3);
			verify(pair, expected);
			assertThat(pair.registry.get("gmicro.overflow").tag("label", "rpc_method").counter().count()).isZero();
		}
		finally {
			Guard.decision = "fine";
		}
	}

	@ParameterizedTest
	@EnumSource
	void interceptorThatIsAddedTwiceRecordsOnce(Transport transport) throws Exception {
		ServerMetricsInterceptor[] twice = new ServerMetricsInterceptor[1];
		try (Pair pair = new Pair(transport, (builder) -> builder.intercept(new ServerInterceptor() {

			@Override
			public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
					ServerCallHandler<Q, A> next) {
				return twice[0].interceptCall(call, headers, next);
			}

		}))) {
			twice[0] = pair.serverMetrics;
			assertThat(unary(pair.channel, TestService.UNARY, "hello")).isEqualTo(Status.Code.OK);
			verify(pair, Map.of("test.Service/Unary OK", 1));
		}
	}

	@Test
	void requestOverTheLimitHasTheCodeOfTheClient() throws Exception {
		try (Pair pair = new Pair(Transport.NETTY, (builder) -> builder.maxInboundMessageSize(10))) {
			Status.Code code = unary(pair.channel, TestService.UNARY, "much too long for this server");
			assertThat(code).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			verify(pair, Map.of("test.Service/Unary RESOURCE_EXHAUSTED", 1));
		}
	}

	/** The service, which sees no message, and gRPC itself both answer it. */
	@ParameterizedTest
	@EnumSource
	void requestThatCannotBeReadIsRecordedOnce(Transport transport) throws Exception {
		MethodDescriptor<String, String> strict = STRICT.toBuilder(new Failing(), STRICT.getResponseMarshaller())
			.build();
		try (Pair pair = new Pair(transport,
				(builder) -> builder.addService(ServerServiceDefinition.builder("test.Strict")
					.addMethod(strict, ServerCalls.asyncUnaryCall((request, answers) -> {
					}))
					.build()))) {
			Status.Code code = unary(pair.channel, STRICT, "hello");
			assertThat(code).isNotEqualTo(Status.Code.OK);
			await().during(Duration.ofMillis(100))
				.untilAsserted(() -> assertThat(pair.recorded("server").values()).containsExactly(1));
			assertThat(pair.recorded("server")).doesNotContainKey("test.Strict/Unary OK");
		}
	}

	@Test
	void callWithAnUnknownEncodingIsRecorded() throws Exception {
		try (Pair pair = new Pair(Transport.NETTY)) {
			CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
			compressors.register(new Odd());
			ManagedChannel channel = Transport.NETTY.channel(pair.server).compressorRegistry(compressors).build();
			try {
				Status.Code code = unary(channel, TestService.UNARY, "hello",
						CallOptions.DEFAULT.withCompression("odd"));
				assertThat(code).isEqualTo(Status.Code.UNIMPLEMENTED);
				await().untilAsserted(() -> assertThat(pair.recorded("server"))
					.isEqualTo(Map.of("test.Service/Unary UNIMPLEMENTED", 1)));
			}
			finally {
				channel.shutdownNow();
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void callThatEndsBeforeItIsHandledIsRecorded(Transport transport) throws Exception {
		CompletableFuture<Void> released = new CompletableFuture<>();
		try (Pair pair = new Pair(transport, (builder) -> builder.executor((task) -> released.thenRunAsync(task)))) {
			CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(100, TimeUnit.MILLISECONDS);
			assertThat(unary(pair.channel, TestService.UNARY, "hello", options))
				.isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			await().untilAsserted(() -> assertThat(pair.recorded("server").values()).containsExactly(1));
			released.complete(null);
			await().during(Duration.ofMillis(100))
				.untilAsserted(() -> assertThat(pair.recorded("server").values()).containsExactly(1));
		}
		finally {
			released.complete(null);
		}
	}

	private static Status.Code unary(Channel channel, MethodDescriptor<String, String> method, String request) {
		return unary(channel, method, request, CallOptions.DEFAULT);
	}

	private static Status.Code unary(Channel channel, MethodDescriptor<String, String> method, String request,
			CallOptions options) {
		try {
			ClientCalls.blockingUnaryCall(channel, method, options, request);
			return Status.Code.OK;
		}
		catch (StatusRuntimeException ex) {
			return ex.getStatus().getCode();
		}
	}

	private static void verify(Pair pair, Map<String, Integer> expected) {
		await().during(Duration.ofMillis(100)).atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			assertThat(pair.recorded("client")).isEqualTo(expected);
			assertThat(pair.recorded("server")).isEqualTo(expected);
			assertThat(pair.responses("server")).isEqualTo(expected);
		});
	}

	/** Decides before anything else is asked. */
	private static final class Guard implements ServerInterceptor {

		static volatile String decision = "fine";

		@Override
		public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
				ServerCallHandler<Q, A> next) {
			switch (decision) {
				case "fine" -> {
					return next.startCall(call, headers);
				}
				case "throw" -> throw new IllegalStateException("expected by the test");
				case "throw status" -> throw Status.DATA_LOSS.asRuntimeException();
				case "listener" -> {
					call.request(2);
					return new ServerCall.Listener<>() {

						@Override
						public void onHalfClose() {
							throw new IllegalStateException("expected by the test");
						}

					};
				}
				default -> {
					call.close(Status.Code.valueOf(decision).toStatus(), new Metadata());
					return new ServerCall.Listener<>() {
					};
				}
			}
		}

	}

	private static final class Failing implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String value) {
			throw new IllegalStateException("expected by the test");
		}

		@Override
		public String parse(InputStream stream) {
			throw new IllegalArgumentException("expected by the test");
		}

	}

	private static final class Odd implements Compressor {

		@Override
		public String getMessageEncoding() {
			return "odd";
		}

		@Override
		public OutputStream compress(OutputStream out) {
			return out;
		}

	}

}
