package io.gmicro.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.gmicro.gin.GoCallMetrics;
import io.gmicro.grpc.CallMetrics;
import io.gmicro.grpc.CallObserver;
import io.gmicro.grpc.ClientMetricsInterceptor;
import io.gmicro.grpc.ServerMetricsInterceptor;
import io.gmicro.slow.SlowCalls;
import io.grpc.BindableService;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.GlobalClientInterceptor;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which beans of the measurement of gRPC calls exist, by property and class path, and
 * that Spring gRPC uses them.
 */
@ExtendWith(OutputCaptureExtension.class)
class GrpcMetricsAutoConfigurationTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final String SERVER_BEAN = "gmicroServerMetricsInterceptor";

	private static final String CLIENT_BEAN = "gmicroClientMetricsInterceptor";

	private static final String NO_PROMETHEUS = "but no gRPC call is recorded under the names of gmicro";

	private static final AutoConfigurations AUTO_CONFIGURATIONS = AutoConfigurations.of(GmicroAutoConfiguration.class,
			GrpcMetricsAutoConfiguration.class);

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withBean(SimpleMeterRegistry.class)
		.withConfiguration(AUTO_CONFIGURATIONS);

	private final ApplicationContextRunner prometheusRunner = new ApplicationContextRunner()
		.withBean(PrometheusMeterRegistry.class, () -> new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
		.withConfiguration(AUTO_CONFIGURATIONS);

	@Test
	void whenNothingIsSetNothingOfOursExists() {
		this.contextRunner.run((context) -> assertThat(context).doesNotHaveBean(SERVER_BEAN)
			.doesNotHaveBean(CLIENT_BEAN)
			.doesNotHaveBean(CallObserver.class));
	}

	@Test
	void whenEnabledBothInterceptorsAreThereAndTheClientsIsOutermost() {
		this.contextRunner.withPropertyValues(ENABLED).run((context) -> {
			assertThat(context).hasBean(SERVER_BEAN).hasBean(CLIENT_BEAN).hasSingleBean(CallMetrics.class);
			assertThat(context.getBeanNamesForAnnotation(GlobalServerInterceptor.class)).isEmpty();
			assertThat(context.getBeanNamesForAnnotation(GlobalClientInterceptor.class)).containsExactly(CLIENT_BEAN);
			assertThat(context.getBeanProvider(ClientInterceptor.class).orderedStream().findFirst().orElseThrow())
				.isInstanceOf(ClientMetricsInterceptor.class);
		});
	}

	@Test
	void eachSideIsSwitchedOffAlone() {
		this.contextRunner.withPropertyValues(ENABLED, "gmicro.grpc.server.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(SERVER_BEAN)
				.doesNotHaveBean("gmicroServerCalls")
				.hasBean(CLIENT_BEAN));
		this.contextRunner.withPropertyValues(ENABLED, "gmicro.grpc.client.enabled=false")
			.run((context) -> assertThat(context).hasBean(SERVER_BEAN)
				.hasBean("gmicroServerCalls")
				.doesNotHaveBean(CLIENT_BEAN));
	}

	@Test
	void itIsTheSameInAWebApplication() {
		new WebApplicationContextRunner().withBean(SimpleMeterRegistry.class)
			.withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).hasBean(SERVER_BEAN).hasBean(CLIENT_BEAN));
	}

	@Test
	void callsJoinSlowRequestsWhereTheseAreTracked() {
		WebApplicationContextRunner runner = new WebApplicationContextRunner().withBean(SimpleMeterRegistry.class)
			.withConfiguration(AUTO_CONFIGURATIONS)
			.withConfiguration(
					AutoConfigurations.of(SamplingAutoConfiguration.class, SlowRequestsAutoConfiguration.class))
			.withPropertyValues(ENABLED);
		runner.run((context) -> assertThat(context).hasSingleBean(SlowCalls.class));
		runner.withPropertyValues("gmicro.http.slow-requests.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(SlowCalls.class).hasBean(SERVER_BEAN));
		runner.withPropertyValues("gmicro.grpc.server.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(SlowCalls.class).hasBean(CLIENT_BEAN));
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).doesNotHaveBean(SlowCalls.class).hasBean(SERVER_BEAN));
	}

	@ParameterizedTest
	@CsvSource({ "io.grpc", "org.springframework.grpc", "io.micrometer" })
	void whenALibraryIsMissingNothingExists(String missing) {
		new ApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED)
			.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(SERVER_BEAN)
				.doesNotHaveBean(CLIENT_BEAN));
	}

	@Test
	void neitherPrometheusNorTheServletApiIsNeeded() {
		this.contextRunner.withPropertyValues(ENABLED, "gmicro.metrics.naming=both")
			.withClassLoader(
					new FilteredClassLoader("io.micrometer.prometheusmetrics", "io.prometheus", "jakarta.servlet"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean(SERVER_BEAN)
				.hasBean(CLIENT_BEAN)
				.hasSingleBean(CallMetrics.class));
	}

	static Stream<Arguments> naming() {
		return Stream.of(Arguments.of("standard", true, false), Arguments.of("gmicro", false, true),
				Arguments.of("GMICRO", false, true), Arguments.of("both", true, true));
	}

	@ParameterizedTest
	@MethodSource
	void naming(String naming, boolean standard, boolean original) {
		this.prometheusRunner.withPropertyValues(ENABLED, "gmicro.metrics.naming=" + naming).run((context) -> {
			assertThat(context.getBeansOfType(CallMetrics.class)).hasSize(standard ? 1 : 0);
			assertThat(context.getBeansOfType(GoCallMetrics.class)).hasSize(original ? 1 : 0);
			assertThat(context).hasBean(SERVER_BEAN).hasBean(CLIENT_BEAN);
		});
	}

	@Test
	void startUpSaysWhenTheNamesOfGmicroCannotBeHad(CapturedOutput output) {
		this.prometheusRunner.withPropertyValues(ENABLED, "gmicro.metrics.naming=gmicro").run(this::ready);
		assertThat(output).contains("Recording the gRPC calls of servers and clients").doesNotContain(NO_PROMETHEUS);
		this.contextRunner.withPropertyValues(ENABLED, "gmicro.metrics.naming=gmicro").run(this::ready);
		assertThat(output).contains("gmicro.metrics.naming=gmicro, " + NO_PROMETHEUS);
	}

	@Test
	void startUpSaysWhenCallsAreDenied(CapturedOutput output) {
		SimpleMeterRegistry denying = new SimpleMeterRegistry();
		denying.config().meterFilter(MeterFilter.denyNameStartsWith("rpc.client"));
		new ApplicationContextRunner().withBean(SimpleMeterRegistry.class, () -> denying)
			.withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED)
			.run(this::ready);
		assertThat(output).contains("Recording the gRPC calls of servers").doesNotContain("servers and clients");
	}

	private void ready(AssertableApplicationContext context) {
		context.publishEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0],
				context.getSourceApplicationContext(), Duration.ZERO));
	}

	@Test
	void excludedByDefaultIsTheInfrastructure() {
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context.getBean(GmicroProperties.class).grpc().excludeServices())
				.isEqualTo(ServerMetricsInterceptor.INFRASTRUCTURE));
	}

	@Test
	void backsOffForAnApplicationsOwnInterceptor() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withBean("own", ServerMetricsInterceptor.class,
					() -> new ServerMetricsInterceptor(List.of(), List.of(), new SimpleMeterRegistry()))
			.run((context) -> assertThat(context).doesNotHaveBean(SERVER_BEAN).hasBean("own"));
	}

	@Test
	void seriesOfEveryMethodExistFromTheStartUnlessSwitchedOff() {
		ApplicationContextRunner runner = this.contextRunner
			.withPropertyValues(ENABLED, "gmicro.grpc.exclude-services=")
			.withBean(BindableService.class, Health::new);
		runner.run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("rpc.server.call.duration")
				.tag("rpc.method", "grpc.health.v1.Health/Check")
				.tag("rpc.status_code", "OK")
				.timer()
				.count()).isZero();
			assertThat(registry.find("rpc.client.call.duration").timers()).isEmpty();
		});
		runner.withPropertyValues("gmicro.grpc.server.initialize-metrics=false")
			.run((context) -> assertThat(context.getBean(MeterRegistry.class).find("rpc.server.call.duration").timers())
				.isEmpty());
	}

	/** A whole application with nothing but gRPC. */
	@ParameterizedTest
	@CsvSource({ "false", "true" })
	void springGrpcUsesWhatIsThere(boolean lazy) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setLazyInitialization(lazy);
		try (ConfigurableApplicationContext context = application.run("--" + ENABLED, "--gmicro.grpc.exclude-services=",
				"--spring.grpc.server.inprocess.name=gmicro-test", "--spring.grpc.server.port=0",
				"--spring.grpc.server.health.enabled=false")) {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(
					registry.find("rpc.server.call.duration").tag("rpc.method", "grpc.health.v1.Health/Check").timers())
				.hasSize(1);
			ManagedChannel channel = context.getBean(GrpcChannelFactory.class).createChannel("in-process:gmicro-test");
			HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
			await().untilAsserted(() -> {
				for (String side : List.of("client", "server")) {
					assertThat(registry.get("rpc." + side + ".call.duration")
						.tag("rpc.method", "grpc.health.v1.Health/Check")
						.tag("rpc.status_code", "OK")
						.timer()
						.count()).isEqualTo(1);
				}
			});
			assertThat(context.getBean(OwnObserver.class).ended).hasValue(2);
		}
	}

	/** Whatever order it asks for, what it answers is recorded. */
	@ParameterizedTest
	@CsvSource({ "in-process:gmicro-guarded", "netty" })
	void callsThatAnInterceptorOfTheHighestPrecedenceAnswersAreRecorded(String transport) {
		SpringApplication application = new SpringApplication(Application.class, Guarded.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		try (ConfigurableApplicationContext context = application.run("--" + ENABLED, "--gmicro.grpc.exclude-services=",
				"--spring.grpc.server.inprocess.name=gmicro-guarded", "--spring.grpc.server.port=0",
				"--spring.grpc.server.health.enabled=false")) {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			String target = transport.equals("netty") ? "127.0.0.1:" + context.getBean(Guarded.class).port : transport;
			ManagedChannel channel = context.getBean(GrpcChannelFactory.class).createChannel(target);
			Map<String, Integer> expected = new TreeMap<>();
			for (String decision : List.of("OK", "UNAUTHENTICATED", "PERMISSION_DENIED", "throw", "change")) {
				Guarded.decision = decision;
				for (int i = 0; i < 3; i++) {
					expected.merge(check(channel), 1, Integer::sum);
				}
			}
			assertThat(expected).containsEntry("OK", 3)
				.containsEntry("UNAUTHENTICATED", 3)
				.containsEntry("PERMISSION_DENIED", 3)
				.containsEntry("ABORTED", 3);
			await().during(Duration.ofMillis(200)).untilAsserted(() -> {
				for (String side : List.of("client", "server")) {
					assertThat(recorded(registry, side)).isEqualTo(expected);
				}
			});
		}
	}

	private static String check(ManagedChannel channel) {
		try {
			HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
			return "OK";
		}
		catch (StatusRuntimeException ex) {
			return ex.getStatus().getCode().name();
		}
	}

	private static Map<String, Integer> recorded(MeterRegistry registry, String side) {
		Map<String, Integer> recorded = new TreeMap<>();
		registry.get("rpc." + side + ".responses")
			.counters()
			.stream()
			.filter((counter) -> counter.count() > 0)
			.forEach((counter) -> recorded.merge(String.valueOf(counter.getId().getTag("rpc.status_code")),
					(int) counter.count(), Integer::sum));
		return recorded;
	}

	/** Decides before any other interceptor is asked. */
	@Configuration(proxyBeanMethods = false)
	static class Guarded {

		static volatile String decision = "OK";

		volatile int port;

		@EventListener
		void started(GrpcServerStartedEvent event) {
			if (event.getPort() > 0) {
				this.port = event.getPort();
			}
		}

		@Bean
		@GlobalServerInterceptor
		@Order(Ordered.HIGHEST_PRECEDENCE)
		ServerInterceptor guard() {
			return new ServerInterceptor() {

				@Override
				public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
						ServerCallHandler<Q, A> next) {
					switch (decision) {
						case "OK" -> {
							return next.startCall(call, headers);
						}
						case "throw" -> throw new IllegalStateException("expected by the test");
						case "change" -> {
							return next.startCall(new SimpleForwardingServerCall<>(call) {

								@Override
								public void close(Status status, Metadata trailers) {
									super.close(Status.ABORTED, trailers);
								}

							}, headers);
						}
						default -> {
							call.close(Status.Code.valueOf(decision).toStatus(), new Metadata());
							return new ServerCall.Listener<>() {
							};
						}
					}
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		BindableService health() {
			return new Health();
		}

		@Bean
		OwnObserver ownObserver() {
			return new OwnObserver();
		}

	}

	static final class OwnObserver implements CallObserver, Ordered {

		private final AtomicInteger ended = new AtomicInteger();

		@Override
		public void onEnd(io.gmicro.grpc.Call call) {
			this.ended.incrementAndGet();
		}

		@Override
		public int getOrder() {
			return 0;
		}

	}

	/**
	 * The only service that needs no code to be generated.
	 */
	static final class Health extends HealthGrpc.HealthImplBase {

		@Override
		public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answers) {
			answers.onNext(HealthCheckResponse.getDefaultInstance());
			answers.onCompleted();
		}

	}

}
