package io.gmicro.autoconfigure;

import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Filters and binders of the application reach the registry in the phases in which they
 * do in Spring Boot, with its metrics and without.
 */
class MeterBindersTests {

	private final WebApplicationContextRunner alone = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GmicroAutoConfiguration.class, HttpMetricsAutoConfiguration.class))
		.withPropertyValues("gmicro.metrics.enabled=true")
		.withUserConfiguration(Application.class);

	private final WebApplicationContextRunner withSpringBoot = this.alone
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				PrometheusMetricsExportAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void binderMayDependOnWhatNeedsTheRegistry(boolean springBoot) {
		runner(springBoot).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("cache.size").tag("region", "eu").gauge().value()).isEqualTo(3);
			assertThat(registry.get("cache.gets").tag("region", "eu").counter().count()).isOne();
			assertThat(context.getBean(Cache.class).bound).hasValue(1);
		});
	}

	@Test
	void bindersAreBoundWhenBeansAreLazy() {
		this.alone
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(context.getBean(MeterRegistry.class).get("cache.size").gauge().value()).isEqualTo(3);
				assertThat(context.getBean(Cache.class).bound).hasValue(1);
			});
	}

	@Test
	void metersOfTheJvmAreThere() {
		this.alone.run((context) -> assertThat(context.getBean(MeterRegistry.class).find("jvm.memory.used").gauges())
			.isNotEmpty());
	}

	private WebApplicationContextRunner runner(boolean springBoot) {
		return springBoot ? this.withSpringBoot : this.alone;
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		MeterBinder cacheMetrics(Cache cache) {
			return (registry) -> {
				cache.bound.incrementAndGet();
				Gauge.builder("cache.size", () -> 3).register(registry);
			};
		}

		@Bean
		Cache cache(MeterRegistry registry) {
			return new Cache(registry);
		}

		@Bean
		MeterFilter region() {
			return MeterFilter.commonTags(Tags.of("region", "eu"));
		}

	}

	static class Cache {

		private final AtomicInteger bound = new AtomicInteger();

		Cache(MeterRegistry registry) {
			Counter.builder("cache.gets").register(registry).increment();
		}

	}

}
