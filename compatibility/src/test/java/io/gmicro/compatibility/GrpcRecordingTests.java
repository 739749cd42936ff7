package io.gmicro.compatibility;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Every gRPC call of {@link GrpcProbe} is recorded once on both sides, and with what the
 * client got, over Netty and in-process.
 */
class GrpcRecordingTests {

	private static final String IN_PROCESS = "gmicro-compatibility";

	/** On loopback nobody but the system may listen there. */
	private static final int UNUSED_PORT = 1;

	private static final int ROUNDS = 2;

	private static final String[] METHOD_AND_CODE = { "rpc_system_name", "rpc_method", "rpc_status_code" };

	@ParameterizedTest
	@ValueSource(strings = { "netty", "in-process" })
	void recordsWhatTheClientGot(String transport) {
		try (RunningApplication application = start("gmicro.metrics.naming=both")) {
			Map<String, Double> client = new TreeMap<>();
			Map<String, Double> server = new TreeMap<>();
			Map<String, Double> messages = new TreeMap<>();
			for (int round = 0; round < ROUNDS; round++) {
				ManagedChannel channel = channel(application, transport, true);
				ManagedChannel nowhere = channel(application, transport, false);
				for (GrpcProbe probe : GrpcProbe.values()) {
					Status.Code code = probe.call((probe == GrpcProbe.WITHOUT_TRANSPORT) ? nowhere : channel);
					if (probe.expected() != null) {
						assertThat(code).as(probe.name()).isEqualTo(probe.expected());
					}
					expect(probe, code, client, server, messages);
				}
			}
			await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
				Samples samples = application.scrape("/metrics");
				for (String name : List.of("_call_duration_seconds_count", "_responses_total")) {
					assertThat(recorded(samples, "rpc_client" + name)).isEqualTo(client);
					assertThat(recorded(samples, "rpc_server" + name)).isEqualTo(server);
				}
				assertThat(original(samples, "rpc_client_requests_chaos_code_total")).isEqualTo(client);
				assertThat(original(samples, "rpc_server_requests_chaos_code_total")).isEqualTo(server);
				assertThat(sum(samples, "rpc_client_requests_chaos_duration_ms_count")).isEqualTo(sum(client));
				assertThat(sum(samples, "rpc_server_requests_chaos_duration_ms_count")).isEqualTo(sum(server));
				messages.forEach((series, number) -> assertThat(message(samples, series)).as(series).isEqualTo(number));
				assertThat(samples.of("gmicro_observer_errors_total")).containsOnly(Map.entry("", 0.0));
			});
		}
	}

	@Test
	void eachSideIsSwitchedOffAlone() {
		try (RunningApplication application = start("gmicro.grpc.server.enabled=false")) {
			GrpcProbe.UNARY.call(channel(application, "netty", true));
			Samples samples = application.scrape("/metrics");
			assertThat(samples.has("rpc_client_responses_total")).isTrue();
			assertThat(samples.has("rpc_server_responses_total")).isFalse();
		}
		try (RunningApplication application = start("gmicro.grpc.client.enabled=false")) {
			GrpcProbe.UNARY.call(channel(application, "netty", true));
			Samples samples = application.scrape("/metrics");
			assertThat(samples.has("rpc_client_responses_total")).isFalse();
			assertThat(samples.has("rpc_server_responses_total")).isTrue();
		}
	}

	private static RunningApplication start(String... properties) {
		String[] all = Stream.concat(Stream.of(properties), Stream.of(RunningApplication.ENABLED,
				"spring.grpc.server.port=0", "spring.grpc.server.inprocess.name=" + IN_PROCESS))
			.toArray(String[]::new);
		return RunningApplication.start(List.of(CompatibilityApplication.class, GrpcConfiguration.class), all);
	}

	private static ManagedChannel channel(RunningApplication application, String transport, boolean served) {
		int port = served ? application.context().getBean(NettyPort.class).port : UNUSED_PORT;
		String name = served ? IN_PROCESS : "nobody";
		return application.context()
			.getBean(GrpcChannelFactory.class)
			.createChannel(transport.equals("netty") ? "127.0.0.1:" + port : "in-process:" + name);
	}

	private static void expect(GrpcProbe probe, Status.Code code, Map<String, Double> client,
			Map<String, Double> server, Map<String, Double> messages) {
		String series = probe.method().getFullMethodName() + " " + code;
		client.merge(series, 1.0, Double::sum);
		if (probe.isServed()) {
			server.merge(series, 1.0, Double::sum);
		}
		else if (probe == GrpcProbe.UNREGISTERED) {
			server.merge("_OTHER " + code, 1.0, Double::sum);
		}
		String method = " " + probe.method().getFullMethodName();
		if (probe.requests() >= 0) {
			messages.merge("rpc_client_messages_sent_total" + method, (double) probe.requests(), Double::sum);
			messages.merge("rpc_server_messages_received_total" + method, (double) probe.requests(), Double::sum);
			messages.merge("rpc_server_messages_sent_total" + method, (double) probe.answers(), Double::sum);
			messages.merge("rpc_client_messages_received_total" + method, (double) probe.answers(), Double::sum);
		}
	}

	/** Series that are there from the start are left out while they are 0. */
	private static Map<String, Double> recorded(Samples samples, String name) {
		Map<String, Double> recorded = new TreeMap<>();
		samples.of(name, METHOD_AND_CODE).forEach((labels, value) -> {
			assertThat(labels).startsWith("grpc ");
			if (value != 0) {
				recorded.put(labels.substring("grpc ".length()), value);
			}
		});
		return recorded;
	}

	private static Map<String, Double> original(Samples samples, String name) {
		Map<String, Double> recorded = new TreeMap<>();
		samples.of(name, "method", "code").forEach((labels, value) -> {
			if (value != 0) {
				int end = labels.lastIndexOf(' ');
				Status.Code code = Status.fromCodeValue(Integer.parseInt(labels.substring(end + 1))).getCode();
				recorded.put(labels.substring(0, end).replaceFirst("^/", "") + " " + code, value);
			}
		});
		return recorded;
	}

	private static double message(Samples samples, String series) {
		String[] nameAndMethod = series.split(" ", 2);
		return Objects.requireNonNullElse(
				samples.of(nameAndMethod[0], "rpc_method", "rpc_system_name").get(nameAndMethod[1] + " grpc"), -1.0);
	}

	private static double sum(Samples samples, String name) {
		return sum(samples.of(name, "method"));
	}

	private static double sum(Map<String, Double> values) {
		return values.values().stream().mapToDouble(Double::doubleValue).sum();
	}

	@Configuration(proxyBeanMethods = false)
	static class GrpcConfiguration {

		@Bean
		BindableService grpcService() {
			return new GrpcService();
		}

		@Bean
		NettyPort nettyPort() {
			return new NettyPort();
		}

		@Bean
		@GlobalServerInterceptor
		ServerInterceptor refusing() {
			return new Refusing();
		}

		@Bean
		@GlobalServerInterceptor
		@Order(Ordered.HIGHEST_PRECEDENCE)
		ServerInterceptor first() {
			return new First();
		}

	}

	static class NettyPort {

		private volatile int port;

		@EventListener
		void started(GrpcServerStartedEvent event) {
			if (event.getPort() > 0) {
				this.port = event.getPort();
			}
		}

	}

	static final class First implements ServerInterceptor {

		@Override
		public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
				ServerCallHandler<Q, A> next) {
			String method = call.getMethodDescriptor().getFullMethodName();
			if (method.endsWith("/THROWN_FIRST")) {
				throw new IllegalStateException("expected by the test");
			}
			if (method.endsWith("_FIRST")) {
				call.close(method.endsWith("/DENIED_FIRST") ? Status.PERMISSION_DENIED : Status.UNAUTHENTICATED,
						new Metadata());
				return new ServerCall.Listener<>() {
				};
			}
			return next.startCall(call, headers);
		}

	}

	static final class Refusing implements ServerInterceptor {

		@Override
		public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
				ServerCallHandler<Q, A> next) {
			if (call.getMethodDescriptor().getFullMethodName().endsWith("/REFUSED_BY_AN_INTERCEPTOR")) {
				call.close(Status.UNAUTHENTICATED, new Metadata());
				return new ServerCall.Listener<>() {
				};
			}
			return next.startCall(call, headers);
		}

	}

}
