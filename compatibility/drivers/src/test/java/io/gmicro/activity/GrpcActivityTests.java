package io.gmicro.activity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Activities of grpc-java's client, whose server does not answer.
 */
@Timeout(120)
class GrpcActivityTests {

	private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	};

	private static final MethodDescriptor<byte[], byte[]> UNARY = method(MethodDescriptor.MethodType.UNARY, "Get");

	private static final MethodDescriptor<byte[], byte[]> STREAMING = method(
			MethodDescriptor.MethodType.SERVER_STREAMING, "List");

	@SuppressWarnings("NullAway.Init")
	private Server server;

	@SuppressWarnings("NullAway.Init")
	private ManagedChannel channel;

	static List<ThreadKind> kinds() {
		return ThreadKind.available();
	}

	private static MethodDescriptor<byte[], byte[]> method(MethodDescriptor.MethodType type, String name) {
		return MethodDescriptor.newBuilder(BYTES, BYTES).setType(type).setFullMethodName("Orders/" + name).build();
	}

	@BeforeEach
	void start() throws IOException {
		this.server = NettyServerBuilder.forPort(0)
			.addService(ServerServiceDefinition.builder("Orders")
				.addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcActivityTests::silent))
				.addMethod(STREAMING, ServerCalls.asyncServerStreamingCall(GrpcActivityTests::silent))
				.build())
			.build()
			.start();
		this.channel = NettyChannelBuilder.forAddress("127.0.0.1", this.server.getPort()).usePlaintext().build();
	}

	private static void silent(byte[] request, StreamObserver<byte[]> responses) {
	}

	@AfterEach
	void stop() {
		this.channel.shutdownNow();
		this.server.shutdownNow();
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void unaryCallIsGrpcClient(ThreadKind kind) throws Exception {
		try (Waiting waiting = Waiting.start(kind,
				() -> ClientCalls.blockingUnaryCall(this.channel, UNARY, CallOptions.DEFAULT, new byte[0]),
				this.channel::shutdownNow)) {
			waiting.assertActivity(Activities.GRPC_CLIENT, "io.grpc.stub.");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void streamIsGrpcClient(ThreadKind kind) throws Exception {
		try (Waiting waiting = Waiting.start(kind,
				() -> ClientCalls.blockingServerStreamingCall(this.channel, STREAMING, CallOptions.DEFAULT, new byte[0])
					.hasNext(),
				this.channel::shutdownNow)) {
			waiting.assertActivity(Activities.GRPC_CLIENT, "io.grpc.stub.");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void streamOfSecondGenerationIsGrpcClient(ThreadKind kind) throws Exception {
		try (Waiting waiting = Waiting.start(kind,
				() -> ClientCalls
					.blockingV2ServerStreamingCall(this.channel, STREAMING, CallOptions.DEFAULT, new byte[0])
					.read(),
				this.channel::shutdownNow)) {
			waiting.assertActivity(Activities.GRPC_CLIENT, "io.grpc.stub.");
		}
	}

}
