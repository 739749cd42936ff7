package io.gmicro.autoconfigure;

import java.lang.management.ManagementFactory;

import io.gmicro.cost.ProcessCost;
import io.gmicro.grpc.CallCost;
import io.gmicro.http.RequestCost;
import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which beans of the cost per route exist, by property, class path and JVM.
 */
@ExtendWith(OutputCaptureExtension.class)
class CostAutoConfigurationTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final String COST = "gmicro.http.cost.enabled=";

	private static final String BACKGROUND = "_BACKGROUND";

	private static final String WITHOUT_COUNTERS = "gmicro.http.cost.enabled=true, but no cost is recorded";

	private static final AutoConfigurations AUTO_CONFIGURATIONS = AutoConfigurations.of(GmicroAutoConfiguration.class,
			CostAutoConfiguration.class, HttpMetricsAutoConfiguration.class, GrpcMetricsAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withBean(SimpleMeterRegistry.class)
		.withConfiguration(AUTO_CONFIGURATIONS);

	@Test
	void isOffUnlessEnabled() {
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ProcessCost.class)
				.doesNotHaveBean(RequestCost.class)
				.doesNotHaveBean(CallCost.class));
		this.contextRunner.withPropertyValues(ENABLED, COST + "false")
			.run((context) -> assertThat(context).doesNotHaveBean(ProcessCost.class));
		this.contextRunner.withPropertyValues(COST + "true")
			.run((context) -> assertThat(context).doesNotHaveBean(ProcessCost.class));
	}

	@Test
	void whenEnabledRequestsAndCallsAreMeasured(CapturedOutput output) {
		this.contextRunner.withPropertyValues(ENABLED, COST + "true").run((context) -> {
			assertThat(context).hasSingleBean(ProcessCost.class)
				.hasSingleBean(RequestCost.class)
				.hasSingleBean(CallCost.class);
			assertThat(context.getBean(MeterRegistry.class).get("gmicro.http.server.cpu").functionCounters())
				.singleElement()
				.satisfies((counter) -> assertThat(counter.getId().getTag("http.route")).isEqualTo(BACKGROUND));
		});
		assertThat(output).doesNotContain("gmicro.http.cost.enabled=true, but");
	}

	@Test
	void withoutRequestsCallsAreMeasured() {
		new ApplicationContextRunner().withBean(SimpleMeterRegistry.class)
			.withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED, COST + "true")
			.run((context) -> {
				assertThat(context).hasSingleBean(CallCost.class).doesNotHaveBean(RequestCost.class);
				assertThat(context.getBean(MeterRegistry.class).find("gmicro.http.server.cpu").meter()).isNotNull();
			});
	}

	@Test
	void whereNothingIsMeasuredThereIsNoBackground() {
		new ReactiveWebApplicationContextRunner().withBean(SimpleMeterRegistry.class)
			.withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED, COST + "true")
			.withClassLoader(new FilteredClassLoader("io.grpc", "org.springframework.grpc"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(MeterRegistry.class).find("gmicro.http.server.cpu").meter()).isNull();
			});
	}

	@Test
	void withoutGrpcRequestsAreMeasured() {
		this.contextRunner.withPropertyValues(ENABLED, COST + "true")
			.withClassLoader(new FilteredClassLoader("io.grpc", "org.springframework.grpc"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(RequestCost.class));
	}

	@Test
	void callsAreSwitchedOffAlone() {
		this.contextRunner.withPropertyValues(ENABLED, COST + "true", "gmicro.grpc.server.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(RequestCost.class).doesNotHaveBean(CallCost.class));
	}

	@Test
	void backsOffForBeansOfTheApplication() {
		this.contextRunner.withPropertyValues(ENABLED, COST + "true")
			.withUserConfiguration(Own.class)
			.run((context) -> assertThat(context).hasSingleBean(ProcessCost.class)
				.hasSingleBean(RequestCost.class)
				.hasBean("ownProcessCost")
				.hasBean("ownRequestCost"));
	}

	@Test
	void onAJvmWithoutCountersEverythingElseWorks(CapturedOutput output) {
		ManagementFactory.getThreadMXBean().setThreadCpuTimeEnabled(false);
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED, COST + "true")) {
			assertThat(server.context().getBeanNamesForType(ProcessCost.class)).isEmpty();
			server.get("/nothing");
			assertThat(server.scrape().hasFamily("gmicro_http_server_cpu")).isFalse();
			assertThat(server.scrape().of("http_server_responses_total")).hasSize(1);
			assertThat(output).containsOnlyOnce(WITHOUT_COUNTERS).doesNotContain("body-size, cost");
		}
		finally {
			ManagementFactory.getThreadMXBean().setThreadCpuTimeEnabled(true);
		}
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class, ENABLED, COST + "true")) {
			assertThat(server.scrape().hasFamily("gmicro_http_server_cpu")).isTrue();
			assertThat(output).containsOnlyOnce(WITHOUT_COUNTERS).contains("body-size, cost");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	static class Own {

		@Bean
		ProcessCost ownProcessCost(MeterRegistry registry) {
			return new ProcessCost(registry);
		}

		@Bean
		RequestCost ownRequestCost(MeterRegistry registry, ProcessCost process) {
			return new RequestCost(registry, process);
		}

	}

}
