package io.gmicro.slow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.gmicro.testing.Container;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Slow gRPC calls beside HTTP requests, on real transports.
 */
class SlowCallsTests {

	private static final String COUNTER = "rpc_server_slow_calls_total";

	private static final String CHECK = "grpc.health.v1.Health/Check";

	private static final String IN_PROCESS = "gmicro-slow-calls";

	private static final MethodDescriptor<HealthCheckRequest, HealthCheckResponse> WAIT = HealthGrpc.getCheckMethod()
		.toBuilder()
		.setFullMethodName("test.Patient/Wait")
		.build();

	/** As long as the test likes. */
	private static final int HELD = -1;

	private static final CountDownLatch RELEASED = new CountDownLatch(1);

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer.start(Container.TOMCAT, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.grpc.exclude-services=", "gmicro.http.slow-requests.threshold=200ms",
				"gmicro.http.slow-requests.routes[test.Patient/Wait]=1h",
				"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.diagnostics.access=unrestricted",
				"spring.grpc.server.port=0", "spring.grpc.server.address=127.0.0.1",
				"spring.grpc.server.health.enabled=false", "spring.grpc.server.servlet.enabled=false",
				"spring.grpc.server.inprocess.name=" + IN_PROCESS);
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "netty", "in-process" })
	void slowCallIsCountedOnceAndItsStackCaught(String transport) {
		double before = slow("OK");
		List<SlowRequest> stories = stories();
		HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel(transport));
		health.check(request(700));
		health.check(request(1));
		SlowRequest story = await()
			.until(SlowCallsTests::stories, (newest) -> !newest.isEmpty() && !stories.contains(newest.get(0)))
			.get(0);
		assertThat(story.method()).isEqualTo("gRPC");
		assertThat(story.route()).isEqualTo(CHECK);
		assertThat(story.status()).isEqualTo("OK");
		assertThat(story.duration()).isGreaterThan(Duration.ofMillis(700));
		assertThat(story.samples()).isGreaterThanOrEqualTo(3);
		assertThat(calls(story.stacks().root())).anyMatch((call) -> call.endsWith("Health.waitFor"))
			.noneMatch((call) -> call.startsWith("io.grpc.internal.SerializingExecutor")
					|| call.startsWith("io.gmicro.grpc."));
		assertThat(slow("OK")).isEqualTo(before + 1);
		assertThat(server.scrape().of("gmicro_rpc_server_time_seconds_total")).hasEntrySatisfying(
				"activity=\"other\",rpc_method=\"" + CHECK + "\",rpc_system_name=\"grpc\"",
				(seconds) -> assertThat(seconds).isPositive());
	}

	@Test
	void slowCallHasTheCodeThatItsClientGot() {
		HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel("netty"));
		health.check(request(1));
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> health.withDeadlineAfter(1, TimeUnit.SECONDS).check(request(1500)))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
		await().untilAsserted(() -> assertThat(slow("DEADLINE_EXCEEDED")).isEqualTo(1));
		await().untilAsserted(
				() -> assertThat(stories()).first().extracting(SlowRequest::status).isEqualTo("DEADLINE_EXCEEDED"));
		assertThat(server.get("/debug/requests?format=json").body()).contains("\"status\":\"DEADLINE_EXCEEDED\"");
	}

	@Test
	void runningCallIsOnThePageWithItsStack() throws Exception {
		Future<HealthCheckResponse> reply = HealthGrpc.newFutureStub(channel("netty")).check(request(HELD));
		String row = "\"method\":\"gRPC\",\"route\":\"" + CHECK + "\"";
		String page = await().until(() -> server.get("/debug/requests?format=json").body(),
				(body) -> body.contains(row));
		String id = page.substring(0, page.indexOf("\"," + row)).replaceAll("(?s).*\"id\":\"", "");
		await().untilAsserted(() -> assertThat(server.get("/debug/requests?format=text&live=" + id).body())
			.contains("gRPC " + CHECK, "Health.waitFor")
			.doesNotContain("SerializingExecutor"));
		assertThat(server.get("/debug/requests").body()).contains("<span class=\"method\">gRPC</span>");
		assertThat(reply.isDone()).isFalse();
		RELEASED.countDown();
		reply.get(20, TimeUnit.SECONDS);
		await()
			.until(() -> !server.get("/debug/requests?format=json").body().split("\"slow\":\\[", 2)[0].contains(row));
	}

	@Test
	void streamIsNeverSlowAndAMethodMayHaveAThresholdOfItsOwn() {
		HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel("netty"));
		Iterator<HealthCheckResponse> watched = health.watch(request(400));
		watched.forEachRemaining((response) -> assertThat(response).isNotNull());
		ClientCalls.blockingUnaryCall(channel("netty"), WAIT, CallOptions.DEFAULT, request(400));
		await().untilAsserted(() -> assertThat(server.scrape().of("rpc_server_responses_total").entrySet())
			.filteredOn((entry) -> entry.getValue() > 0)
			.anyMatch((entry) -> entry.getKey().contains("Health/Watch"))
			.anyMatch((entry) -> entry.getKey().contains("test.Patient/Wait")));
		assertThat(server.scrape().of(COUNTER).keySet()).noneMatch((labels) -> !labels.contains(CHECK));
	}

	private static double slow(String code) {
		Samples samples = server.scrape();
		return samples.of(COUNTER)
			.getOrDefault("rpc_method=\"" + CHECK + "\",rpc_status_code=\"" + code + "\",rpc_system_name=\"grpc\"",
					0.0);
	}

	private static List<SlowRequest> stories() {
		return server.context().getBean(SlowRequests.class).newestFirst();
	}

	private static List<String> calls(StackTree.Node node) {
		List<String> calls = new ArrayList<>();
		node.callees().forEach((callee) -> {
			StackTraceElement call = callee.call();
			assertThat(call).isNotNull();
			calls.add(call.getClassName() + "." + call.getMethodName());
			calls.addAll(calls(callee));
		});
		return calls;
	}

	private static ManagedChannel channel(String transport) {
		int port = server.context()
			.getBeansOfType(GrpcServerLifecycle.class)
			.values()
			.stream()
			.mapToInt(GrpcServerLifecycle::getPort)
			.max()
			.orElseThrow();
		return server.context()
			.getBean(GrpcChannelFactory.class)
			.createChannel(transport.equals("netty") ? "127.0.0.1:" + port : "in-process:" + IN_PROCESS);
	}

	private static HealthCheckRequest request(int millis) {
		return HealthCheckRequest.newBuilder().setService(Integer.toString(millis)).build();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		BindableService health() {
			return new Health();
		}

		@Bean
		BindableService patient() {
			return () -> ServerServiceDefinition.builder("test.Patient")
				.addMethod(WAIT, ServerCalls.asyncUnaryCall(new Health()::check))
				.build();
		}

	}

	/**
	 * Takes as many milliseconds as the request says.
	 */
	static final class Health extends HealthGrpc.HealthImplBase {

		@Override
		public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answers) {
			int millis = Integer.parseInt(request.getService());
			waitFor((millis == HELD) ? RELEASED : new CountDownLatch(1), (millis == HELD) ? 60_000 : millis);
			answers.onNext(HealthCheckResponse.getDefaultInstance());
			answers.onCompleted();
		}

		@Override
		public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answers) {
			check(request, answers);
		}

		private static void waitFor(CountDownLatch released, int millis) {
			try {
				released.await(millis, TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
