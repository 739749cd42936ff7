package io.gmicro.autoconfigure;

import java.time.Duration;
import java.util.Map;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.sampling.Sampler;
import io.gmicro.sampling.TimePerRoute;
import io.gmicro.slow.SlowRequests;
import io.gmicro.slow.Thresholds;
import io.gmicro.slow.TraceIds;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.test.simple.SimpleSpan;
import io.micrometer.tracing.test.simple.SimpleTracer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which beans of slow tracking exist, by property and class path.
 */
class SlowRequestsAutoConfigurationTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final String SLOW_REQUESTS = "gmicro.http.slow-requests.enabled";

	private static final String SAMPLING = "gmicro.sampling.enabled";

	private static final String MATCHED_ROUTES = "gmicroMatchedRoutes";

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withBean(SimpleMeterRegistry.class)
		.withConfiguration(AutoConfigurations.of(GmicroAutoConfiguration.class, HttpMetricsAutoConfiguration.class,
				SamplingAutoConfiguration.class, SlowRequestsAutoConfiguration.class));

	@Test
	void isOnUnlessSwitchedOff() {
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).hasSingleBean(SlowRequests.class)
				.hasSingleBean(ActiveExchanges.class)
				.hasBean(MATCHED_ROUTES));
		this.contextRunner.withPropertyValues(ENABLED, SLOW_REQUESTS + "=true")
			.run((context) -> assertThat(context).hasSingleBean(SlowRequests.class));
		this.contextRunner.withPropertyValues(ENABLED, SLOW_REQUESTS + "=false")
			.run((context) -> assertThat(context).doesNotHaveBean(SlowRequests.class)
				.hasSingleBean(TimePerRoute.class)
				.hasSingleBean(ActiveExchanges.class)
				.hasBean(MATCHED_ROUTES));
		this.contextRunner.withPropertyValues(ENABLED, SAMPLING + "=false")
			.run((context) -> assertThat(context).hasSingleBean(SlowRequests.class)
				.doesNotHaveBean(TimePerRoute.class)
				.hasSingleBean(ActiveExchanges.class)
				.hasBean(MATCHED_ROUTES));
		this.contextRunner.withPropertyValues(ENABLED, SLOW_REQUESTS + "=false", SAMPLING + "=false")
			.run((context) -> assertThat(context).doesNotHaveBean(SlowRequests.class)
				.doesNotHaveBean(TimePerRoute.class)
				.doesNotHaveBean(Sampler.class)
				.doesNotHaveBean(ActiveExchanges.class)
				.doesNotHaveBean(MATCHED_ROUTES));
	}

	@Test
	void whenGmicroIsOffNothingExists() {
		this.contextRunner.withPropertyValues(SLOW_REQUESTS + "=true")
			.run((context) -> assertThat(context).doesNotHaveBean(SlowRequests.class));
	}

	@Test
	void aloneItStillBringsTheFilter() {
		this.contextRunner
			.withPropertyValues(ENABLED, "gmicro.http.request-duration.enabled=false",
					"gmicro.http.status-code.enabled=false", "gmicro.http.active-requests.enabled=false",
					"gmicro.http.body-size.enabled=false")
			.run((context) -> assertThat(context).hasBean("gmicroExchangeFilter"));
	}

	@Test
	void backsOffForAnApplicationsOwn() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withUserConfiguration(OwnSlowRequests.class)
			.run((context) -> assertThat(context).hasSingleBean(SlowRequests.class)
				.hasSingleBean(ActiveExchanges.class)
				.hasBean("ownSlowRequests"));
	}

	@Test
	void worksWithoutATracerOnTheClassPath() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withClassLoader(new FilteredClassLoader("io.micrometer.tracing"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(SlowRequests.class)
				.doesNotHaveBean(TraceIds.class));
	}

	@Test
	void worksWithoutSpringMvc() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withClassLoader(new FilteredClassLoader("org.springframework.web.servlet"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(SlowRequests.class)
				.doesNotHaveBean(MATCHED_ROUTES));
	}

	@Test
	void traceIdIsThatOfTheCurrentSpan() {
		this.contextRunner.withPropertyValues(ENABLED).withBean(SimpleTracer.class).run((context) -> {
			Tracer tracer = context.getBean(Tracer.class);
			TraceIds traceIds = context.getBean(TraceIds.class);
			assertThat(traceIds.current()).isNull();
			SimpleSpan span = (SimpleSpan) tracer.nextSpan().start();
			try (Tracer.SpanInScope scope = tracer.withSpan(span)) {
				assertThat(traceIds.current()).isEqualTo(span.context().traceId()).isNotEmpty();
				assertThat(scope).isNotNull();
			}
		});
	}

	@Test
	void withoutATracerThereIsNoTraceId() {
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context.getBean(TraceIds.class).current()).isNull());
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnSlowRequests {

		@Bean
		ActiveExchanges ownActiveExchanges(MeterRegistry registry) {
			return new ActiveExchanges(registry);
		}

		@Bean
		SlowRequests ownSlowRequests(MeterRegistry registry, ActiveExchanges active) {
			return new SlowRequests(registry, active, new Thresholds(Duration.ofSeconds(1), Map.of()), 10,
					TraceIds.NONE);
		}

	}

}
