package io.gmicro.grpc;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code of the documentation, without Spring.
 */
class PlainGrpcTests {

	private static final String NAME = "gmicro-plain";

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final List<Duration> bounds = List.of(Duration.ofMillis(10), Duration.ofSeconds(1));

	@Test
	void codeOfTheDocumentationWorks() throws Exception {
		MeterRegistry registry = this.registry;
		List<Duration> bounds = this.bounds;
		BindableService service = new TestService();
		ServerBuilder<?> serverBuilder = InProcessServerBuilder.forName(NAME);
		ManagedChannelBuilder<?> channelBuilder = InProcessChannelBuilder.forName(NAME);

		ServerMetricsInterceptor metrics = new ServerMetricsInterceptor(registry, bounds);
		Server server = serverBuilder.addService(service)
			.intercept(metrics)
			.addStreamTracerFactory(metrics.unseenCalls())
			.build()
			.start();
		metrics.register(server.getServices(), true);

		ManagedChannel channel = channelBuilder.intercept(new ClientMetricsInterceptor(registry, bounds)).build();

		ClientCalls.blockingUnaryCall(channel, TestService.UNARY, CallOptions.DEFAULT, "hello");
		assertThat(count("server", "test.Service/Unary")).isEqualTo(1);
		assertThat(count("client", "test.Service/Unary")).isEqualTo(1);
		assertThat(count("server", "test.Service/Bidi")).isZero();
		channel.shutdownNow();
		server.shutdownNow();
	}

	@Test
	void codeOfTheDocumentationIsThis() throws Exception {
		String documentation = Files.readString(Path.of("..", "docs", "grpc.md"));
		String snippet = documentation.split("```java\n", 2)[1].split("```", 2)[0];
		String source = Files.readString(Path.of("src", "test", "java", "io", "gmicro", "grpc", "PlainGrpcTests.java"));
		assertThat(source)
			.contains(snippet.stripTrailing().indent(8).replace("        ", "\t\t").replace("\t\t\n", "\n"));
	}

	@Test
	void oneServiceCanBeMeasuredAlone() throws Exception {
		ServerMetricsInterceptor metrics = new ServerMetricsInterceptor(this.registry, this.bounds);
		Server server = InProcessServerBuilder.forName(NAME + "-one")
			.addService(ServerInterceptors.intercept(new TestService(), metrics))
			.build()
			.start();
		ManagedChannel channel = InProcessChannelBuilder.forName(NAME + "-one").build();
		ClientCalls.blockingUnaryCall(channel, TestService.UNARY, CallOptions.DEFAULT, "hello");
		assertThat(count("server", "test.Service/Unary")).isEqualTo(1);
		channel.shutdownNow();
		server.shutdownNow();
	}

	private long count(String side, String method) {
		return this.registry.get("rpc." + side + ".call.duration")
			.tag("rpc.method", method)
			.tag("rpc.status_code", "OK")
			.timer()
			.count();
	}

}
