package io.gmicro.autoconfigure;

import java.util.Arrays;

import io.gmicro.testing.Container;
import io.gmicro.testing.Labels;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * gRPC through the servlet container is gRPC and HTTP at once.
 */
class ServletGrpcTests {

	private static final String CALL = "error_type=\"\",rpc_method=\"grpc.health.v1.Health/Check\","
			+ "rpc_status_code=\"OK\",rpc_system_name=\"grpc\"";

	private static final String REQUEST = Labels.response("POST", "UNKNOWN", 200);

	private static final String[] PROPERTIES = { "gmicro.metrics.enabled=true", "gmicro.grpc.exclude-services=",
			"server.http2.enabled=true", "spring.grpc.server.servlet.enabled=true",
			"spring.grpc.server.health.enabled=false" };

	@Test
	void callIsRecordedAsBoth() {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, PROPERTIES)) {
			call(server);
			await().untilAsserted(() -> {
				Samples samples = server.scrape();
				assertThat(samples.of("rpc_server_responses_total")).containsEntry(CALL, 1.0);
				assertThat(samples.of("http_server_responses_total")).containsEntry(REQUEST, 1.0);
			});
		}
	}

	@Test
	void requestCanBeLeftOut() {
		String[] properties = Arrays.copyOf(PROPERTIES, PROPERTIES.length + 1);
		properties[PROPERTIES.length] = "gmicro.http.exclude-paths=/metrics,/grpc.health.v1.Health/**";
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, properties)) {
			call(server);
			await().untilAsserted(
					() -> assertThat(server.scrape().of("rpc_server_responses_total")).containsEntry(CALL, 1.0));
			assertThat(server.scrape().of("http_server_responses_total")).doesNotContainKey(REQUEST);
		}
	}

	private static void call(TestServer server) {
		ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
		HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
		channel.shutdownNow();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		BindableService health() {
			return new GrpcMetricsAutoConfigurationTests.Health();
		}

	}

}
