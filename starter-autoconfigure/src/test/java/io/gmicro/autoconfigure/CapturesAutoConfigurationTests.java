package io.gmicro.autoconfigure;

import io.gmicro.capture.CaptureContent;
import io.gmicro.capture.CaptureCounts;
import io.gmicro.capture.Captures;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jdk.jfr.FlightRecorder;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which beans of the captures exist, by property and class path.
 */
class CapturesAutoConfigurationTests {

	private static final String ENABLED = "gmicro.captures.enabled=true";

	private static final String METRICS_ENABLED = "gmicro.metrics.enabled=true";

	private static final String ROUTE = "gmicroCapturesRoute";

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(GmicroAutoConfiguration.class,
			HttpMetricsAutoConfiguration.class, SamplingAutoConfiguration.class, SlowRequestsAutoConfiguration.class,
			PprofAutoConfiguration.class, CapturesAutoConfiguration.class, ServletRoutesAutoConfiguration.class,
			DiagnosticsAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS)
		.withBean(SimpleMeterRegistry.class);

	@Test
	void isOffUnlessSwitchedOn() {
		this.contextRunner.withPropertyValues(METRICS_ENABLED, ENABLED)
			.run((context) -> assertThat(context).hasSingleBean(Captures.class)
				.hasSingleBean(CaptureCounts.class)
				.hasSingleBean(DiagnosticsAutoConfiguration.DiagnosticsReport.class));
		this.contextRunner.withPropertyValues(METRICS_ENABLED)
			.run((context) -> assertThat(context).doesNotHaveBean(Captures.class)
				.doesNotHaveBean(CaptureCounts.class)
				.doesNotHaveBean(ROUTE)
				.doesNotHaveBean(DiagnosticsAutoConfiguration.DiagnosticsReport.class));
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).doesNotHaveBean(Captures.class).doesNotHaveBean(CaptureCounts.class));
	}

	@Test
	void worksWithLessOnTheClassPath() {
		for (Class<?> missing : new Class<?>[] { PrometheusMeterRegistry.class, FlightRecorder.class }) {
			this.contextRunner.withPropertyValues(METRICS_ENABLED, ENABLED, "gmicro.pprof.enabled=true")
				.withClassLoader(new FilteredClassLoader(missing))
				.run((context) -> {
					assertThat(context).hasSingleBean(Captures.class).doesNotHaveBean(CaptureContent.class);
					assertThat(context.getBean(Captures.class).capture().size()).isPositive();
				});
		}
	}

	@Test
	void slowRequestsAreNotNeeded() {
		this.contextRunner
			.withPropertyValues(METRICS_ENABLED, ENABLED, "gmicro.http.slow-requests.enabled=false",
					"gmicro.sampling.enabled=false")
			.run((context) -> {
				assertThat(context).hasSingleBean(Captures.class);
				assertThat(context.getBean(Captures.class).capture().size()).isPositive();
			});
	}

	@Test
	void withoutServletsThereIsNothing() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withBean(SimpleMeterRegistry.class)
			.withPropertyValues(METRICS_ENABLED, ENABLED)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(Captures.class));
	}

}
