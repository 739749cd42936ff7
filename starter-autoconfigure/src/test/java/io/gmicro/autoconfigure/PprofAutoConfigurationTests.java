package io.gmicro.autoconfigure;

import java.time.Duration;

import io.gmicro.http.RequestEvents;
import io.gmicro.recorder.Profiler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.Servlet;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which beans of the profiles exist, by property and class path.
 */
class PprofAutoConfigurationTests {

	private static final String ENABLED = "gmicro.pprof.enabled=true";

	private static final String METRICS_ENABLED = "gmicro.metrics.enabled=true";

	private static final String ROUTE = "gmicroPprofRoute";

	private static final String FILTER = "gmicroExchangeFilter";

	private static final String MANAGEMENT = "org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration";

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(GmicroAutoConfiguration.class,
			HttpMetricsAutoConfiguration.class, SamplingAutoConfiguration.class, SlowRequestsAutoConfiguration.class,
			PprofAutoConfiguration.class, ServletRoutesAutoConfiguration.class, DiagnosticsAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	void isOffUnlessSwitchedOn() {
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).hasSingleBean(Profiler.class)
				.hasSingleBean(PprofAutoConfiguration.ProfilerLifecycle.class)
				.hasSingleBean(DiagnosticsAutoConfiguration.DiagnosticsReport.class));
		this.contextRunner.run((context) -> assertThat(context).doesNotHaveBean(Profiler.class)
			.doesNotHaveBean(PprofAutoConfiguration.ProfilerLifecycle.class)
			.doesNotHaveBean(DiagnosticsAutoConfiguration.DiagnosticsReport.class));
		this.contextRunner.withPropertyValues("gmicro.pprof.enabled=false", METRICS_ENABLED)
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> assertThat(context).hasBean(FILTER)
				.doesNotHaveBean(Profiler.class)
				.doesNotHaveBean(RequestEvents.class));
	}

	@Test
	void profilesOfTheLastMinutesAreKeptOnlyIfEnabled() {
		String history = "gmicro.pprof.history.enabled=true";
		this.contextRunner.withPropertyValues(ENABLED, history, "gmicro.pprof.history.keep=1h")
			.run((context) -> assertThat(context.getBean(Profiler.class).history()).isNotNull()
				.satisfies((kept) -> assertThat(kept.keep()).isEqualTo(Duration.ofHours(1))));
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context.getBean(Profiler.class).history()).isNull());
		this.contextRunner.withPropertyValues(history)
			.run((context) -> assertThat(context).doesNotHaveBean(Profiler.class));
	}

	@Test
	void requestsAreMarkedWhereTheyAreMeasured() {
		WebApplicationContextRunner runner = this.contextRunner.withBean(SimpleMeterRegistry.class);
		runner.withPropertyValues(ENABLED, METRICS_ENABLED)
			.run((context) -> assertThat(context).hasSingleBean(RequestEvents.class).hasBean(FILTER));
		runner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).hasSingleBean(Profiler.class)
				.doesNotHaveBean(RequestEvents.class)
				.doesNotHaveBean(FILTER));
		this.contextRunner.withPropertyValues(ENABLED, METRICS_ENABLED)
			.withClassLoader(new FilteredClassLoader(PrometheusMeterRegistry.class))
			.run((context) -> assertThat(context).hasSingleBean(Profiler.class).doesNotHaveBean(RequestEvents.class));
	}

	@Test
	void marksAloneBringTheFilter() {
		this.contextRunner.withBean(SimpleMeterRegistry.class)
			.withPropertyValues(ENABLED, METRICS_ENABLED, "gmicro.http.request-duration.enabled=false",
					"gmicro.http.status-code.enabled=false", "gmicro.http.active-requests.enabled=false",
					"gmicro.http.body-size.enabled=false", "gmicro.http.slow-requests.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(RequestEvents.class).hasBean(FILTER));
	}

	@Test
	void worksWithoutMicrometer() {
		this.contextRunner.withPropertyValues(ENABLED, METRICS_ENABLED)
			.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Profiler.class)
				.doesNotHaveBean(RequestEvents.class));
	}

	@Test
	void worksWithoutFlightRecorder() {
		this.contextRunner.withBean(SimpleMeterRegistry.class)
			.withPropertyValues(ENABLED, METRICS_ENABLED)
			.withClassLoader(new FilteredClassLoader("jdk.jfr"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Profiler.class)
				.doesNotHaveBean(RequestEvents.class));
	}

	@Test
	void withoutActuatorTheApplicationServesThem() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withClassLoader(new FilteredClassLoader(MANAGEMENT))
			.run((context) -> assertThat(context).hasNotFailed().hasBean(ROUTE));
		this.contextRunner.withClassLoader(new FilteredClassLoader(MANAGEMENT))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ROUTE));
		this.contextRunner.withPropertyValues(ENABLED).run((context) -> assertThat(context).doesNotHaveBean(ROUTE));
	}

	@Test
	void withoutServletsThereIsNothing() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withClassLoader(new FilteredClassLoader(Servlet.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(Profiler.class));
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(Profiler.class));
	}

	@Test
	void backsOffForAnApplicationsOwn() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withBean("ownProfiler", Profiler.class)
			.run((context) -> assertThat(context).hasSingleBean(Profiler.class)
				.hasBean("ownProfiler")
				.hasSingleBean(PprofAutoConfiguration.ProfilerLifecycle.class));
	}

}
