package io.gmicro.grpc;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.CallOptions;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * What becomes a label, and what does not.
 */
class MethodLabelsTests {

	private static final int NAMES = 10_000;

	private static final int METHODS = new TestService().bindService().getMethods().size();

	@ParameterizedTest
	@EnumSource
	void namesThatClientsMakeUpShareOneLabel(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			flood(pair, Status.Code.UNIMPLEMENTED);
			await().untilAsserted(
					() -> assertThat(pair.recorded("server")).isEqualTo(Map.of("_OTHER UNIMPLEMENTED", NAMES)));
			assertThat(pair.responses("server")).isEqualTo(Map.of("_OTHER UNIMPLEMENTED", NAMES));
			assertThat(methods(pair, "rpc.server")).containsExactly("_OTHER");
		}
	}

	@Test
	void namesThatAFallbackServesShareOneLabelAndAreRecordedOnce() throws Exception {
		try (Pair pair = new Pair(Transport.IN_PROCESS,
				(builder) -> builder.fallbackHandlerRegistry(new EverythingRegistry()))) {
			flood(pair, Status.Code.OK);
			await().untilAsserted(() -> assertThat(pair.recorded("server")).isEqualTo(Map.of("_OTHER OK", NAMES)));
			assertThat(pair.messages("server", "received")).isEqualTo(NAMES);
			assertThat(pair.messages("server", "sent")).isEqualTo(NAMES);
		}
	}

	@Test
	void clientsMethodsAreBoundedAndTheirSumIsExact() throws Exception {
		try (Pair pair = new Pair(Transport.IN_PROCESS)) {
			flood(pair, Status.Code.UNIMPLEMENTED);
			Map<String, Integer> recorded = pair.recorded("client");
			assertThat(recorded).hasSize(MethodLabels.MAX_METHODS + 1)
				.containsEntry("_OTHER UNIMPLEMENTED", NAMES - MethodLabels.MAX_METHODS);
			assertThat(recorded.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(NAMES);
			assertThat(methods(pair, "rpc.client")).hasSize(MethodLabels.MAX_METHODS + 1);
		}
	}

	@Test
	void everyRegisteredMethodCanBeThereFromTheStart() throws Exception {
		try (Pair pair = new Pair(Transport.IN_PROCESS)) {
			assertThat(pair.recorded("server")).isEmpty();
			pair.serverMetrics.register(pair.server.getServices(), true);
			assertThat(pair.recorded("server")).containsEntry("test.Service/Unary OK", 0)
				.containsEntry("test.Service/Bidi OK", 0)
				.hasSize(METHODS);
			assertThat(pair.responses("server")).containsEntry("test.Service/Unary OK", 0)
				.containsEntry("test.Service/Unary UNAVAILABLE", 0)
				.hasSize(METHODS * Status.Code.values().length);
			assertThat(pair.recorded("client")).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void infrastructureIsLeftOut(Transport transport) throws Exception {
		HealthStatusManager health = new HealthStatusManager();
		try (Pair pair = new Pair(transport, (builder) -> builder.addService(health.getHealthService()))) {
			HealthGrpc.newBlockingStub(pair.channel).check(HealthCheckRequest.getDefaultInstance());
			MethodDescriptor<String, String> unknown = TestService.method("grpc.health.v1.Health/Nope",
					MethodType.UNARY);
			assertThat(call(pair, unknown)).isEqualTo(Status.Code.UNIMPLEMENTED);
			call(pair, TestService.UNARY);
			await()
				.untilAsserted(() -> assertThat(pair.recorded("server")).isEqualTo(Map.of("test.Service/Unary OK", 1)));
			assertThat(pair.recorded("client")).isEqualTo(Map.of("test.Service/Unary OK", 1));
		}
	}

	@Test
	void failureOfAnObserverIsCountedAndNeverReachesTheCall() throws Exception {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		AtomicInteger ended = new AtomicInteger();
		CallObserver broken = (call) -> {
			throw new IllegalStateException("expected by the test");
		};
		ServerMetricsInterceptor interceptor = new ServerMetricsInterceptor(
				List.of(broken, (call) -> ended.incrementAndGet()), List.of(), registry);
		try (Pair pair = new Pair(Transport.IN_PROCESS, (builder) -> builder.intercept(interceptor))) {
			assertThat(call(pair, TestService.UNARY)).isEqualTo(Status.Code.OK);
		}
		assertThat(ended).hasValue(1);
		assertThat(registry.get("gmicro.observer.errors").counter().count()).isEqualTo(1);
	}

	private static void flood(Pair pair, Status.Code code) {
		for (int i = 0; i < NAMES; i++) {
			assertThat(call(pair, TestService.method("made.up.Service" + i + "/Method", MethodType.UNARY)))
				.isEqualTo(code);
		}
	}

	private static Status.Code call(Pair pair, MethodDescriptor<String, String> method) {
		StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class,
				() -> ClientCalls.blockingUnaryCall(pair.channel, method, CallOptions.DEFAULT, "hello"));
		return (failure != null) ? failure.getStatus().getCode() : Status.Code.OK;
	}

	private static Set<String> methods(Pair pair, String prefix) {
		Set<String> methods = new HashSet<>();
		for (Meter meter : pair.registry.getMeters()) {
			String method = meter.getId().getTag("rpc.method");
			if (method != null && meter.getId().getName().startsWith(prefix)) {
				methods.add(method);
			}
		}
		return methods;
	}

	/**
	 * Serves whatever a client asks for, as proxies do.
	 */
	private static final class EverythingRegistry extends HandlerRegistry {

		@Override
		public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
			return ServerMethodDefinition.create(TestService.method(name, MethodType.UNARY),
					ServerCalls.asyncUnaryCall((request, answers) -> {
						answers.onNext(request);
						answers.onCompleted();
					}));
		}

	}

}
