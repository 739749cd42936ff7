package io.gmicro.autoconfigure;

import java.time.Duration;

import io.gmicro.scrape.CoarseClock;
import io.gmicro.scrape.HistogramTimerRegistry;
import io.gmicro.scrape.InspectableRegistry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusTimer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.mock;

/**
 * Which registries are replaced, and which clock they use.
 */
class PrometheusRegistryReplacementTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				PrometheusMetricsExportAutoConfiguration.class, GmicroAutoConfiguration.class));

	@Test
	void springBootsPrometheusRegistryIsReplaced() {
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).getBean("prometheusMeterRegistry", PrometheusMeterRegistry.class)
				.isInstanceOf(HistogramTimerRegistry.class)
				.isSameAs(context.getBean(MeterRegistry.class))
				.satisfies((registry) -> {
					assertThat(clock(registry)).isInstanceOf(CoarseClock.class);
					assertThat(registry.getPrometheusRegistry()).isSameAs(context.getBean(PrometheusRegistry.class));
				}));
	}

	@Test
	void springBootsMeterRegistryCollectsFromOurs() {
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context.getBean(PrometheusMeterRegistry.class).getPrometheusRegistry())
				.isInstanceOf(InspectableRegistry.class)
				.isSameAs(context.getBean(PrometheusRegistry.class)));
	}

	@Test
	void withoutSpringBootsMeterRegistryOursIsUsedToo() {
		new WebApplicationContextRunner().withConfiguration(AutoConfigurations.of(GmicroAutoConfiguration.class))
			.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context.getBean(PrometheusMeterRegistry.class).getPrometheusRegistry())
				.isSameAs(context.getBean(InspectableRegistry.class)));
	}

	@Test
	void collectorsOfTheApplicationWin() {
		PrometheusRegistry own = new PrometheusRegistry();
		this.contextRunner.withPropertyValues(ENABLED).withBean(PrometheusRegistry.class, () -> own).run((context) -> {
			assertThat(context).doesNotHaveBean(InspectableRegistry.class);
			assertThat(context.getBean(PrometheusMeterRegistry.class).getPrometheusRegistry()).isSameAs(own);
		});
	}

	@Test
	void itsConfigurationAndTraceAreSpringBoots() {
		this.contextRunner.withPropertyValues(ENABLED, "management.prometheus.metrics.export.descriptions=false")
			.withBean(SpanContext.class, () -> mock(SpanContext.class))
			.run((context) -> {
				PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
				Counter.builder("work").description("Work done").register(registry).increment();
				assertThat(registry.scrape()).contains("work_total 1.0").doesNotContain("Work done");
				then(context.getBean(SpanContext.class)).should(atLeastOnce()).isCurrentSpanSampled();
			});
	}

	@Test
	void metersOfGmicroThatHaveAHistogramAreCheaperThere() {
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(PrometheusRegistryReplacement.TIMERS)
				.allSatisfy((name) -> assertThat(Timer.builder(name)
					.serviceLevelObjectives(Duration.ofMillis(5))
					.register(context.getBean(MeterRegistry.class))).isNotInstanceOf(PrometheusTimer.class)));
	}

	@Test
	void clockBeanIsSpringBoots() {
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context.getBean(Clock.class)).isSameAs(Clock.SYSTEM)
				.isSameAs(context.getBeanProvider(Clock.class).getObject()));
	}

	@Test
	void registryOfGmicroGetsIt() {
		new WebApplicationContextRunner().withConfiguration(AutoConfigurations.of(GmicroAutoConfiguration.class))
			.withPropertyValues(ENABLED)
			.run((context) -> assertThat(clock(context.getBean(MeterRegistry.class))).isInstanceOf(CoarseClock.class));
	}

	@Test
	void whenNotEnabledNothingOfOursExists() {
		this.contextRunner.run((context) -> {
			assertThat(context).doesNotHaveBean(CoarseClock.class)
				.doesNotHaveBean(HistogramTimerRegistry.class)
				.hasSingleBean(PrometheusRegistry.class)
				.doesNotHaveBean(InspectableRegistry.class);
			assertThat(clock(context.getBean(PrometheusMeterRegistry.class))).isSameAs(Clock.SYSTEM);
		});
	}

	@Test
	void clockOfTheApplicationWins() {
		MockClock own = new MockClock();
		this.contextRunner.withPropertyValues(ENABLED)
			.withBean(Clock.class, () -> own)
			.run((context) -> assertThat(clock(context.getBean(PrometheusMeterRegistry.class))).isSameAs(own));
	}

	@Test
	void registryOfTheApplicationWins() {
		PrometheusMeterRegistry own = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		this.contextRunner.withPropertyValues(ENABLED)
			.withBean("prometheusMeterRegistry", PrometheusMeterRegistry.class, () -> own)
			.run((context) -> assertThat(context.getBean(PrometheusMeterRegistry.class)).isSameAs(own)
				.satisfies((registry) -> assertThat(clock(registry)).isSameAs(Clock.SYSTEM)));
	}

	@Test
	void otherRegistriesDoNot() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withConfiguration(AutoConfigurations.of(CompositeMeterRegistryAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> assertThat(clock(context.getBean(SimpleMeterRegistry.class))).isSameAs(Clock.SYSTEM));
	}

	@Test
	void whenPrometheusIsDisabledNoThreadRuns() {
		this.contextRunner.withPropertyValues(ENABLED, "management.prometheus.metrics.export.enabled=false")
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> assertThat(context.getBeanFactory().containsSingleton("gmicroScrapeClock")).isFalse());
	}

	@Test
	void afterTheContextIsClosedTheClockIsExact() {
		this.contextRunner.withPropertyValues(ENABLED).run((context) -> {
			Clock clock = clock(context.getBean(PrometheusMeterRegistry.class));
			context.close();
			long after = System.currentTimeMillis();
			Awaitility.await().until(() -> clock.wallTime() > after);
		});
	}

	@Test
	void largestDurationOfAWindowIsRecorded() {
		this.contextRunner.withPropertyValues(ENABLED).run((context) -> {
			Timer.builder("work").register(context.getBean(MeterRegistry.class)).record(Duration.ofSeconds(2));
			assertThat(context.getBean(PrometheusMeterRegistry.class).scrape()).contains("work_seconds_max 2.0");
		});
	}

	private static Clock clock(MeterRegistry registry) {
		return registry.config().clock();
	}

}
