package io.gmicro.autoconfigure;

import io.gmicro.scrape.InspectableRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose registry of collectors is scraped.
 */
class PrometheusRegistryAutoConfigurationTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(MetricsAutoConfiguration.class, PrometheusMetricsExportAutoConfiguration.class,
					GmicroAutoConfiguration.class, PrometheusRegistryAutoConfiguration.class));

	@Test
	void springBootsMeterRegistryUsesOurs() {
		this.contextRunner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context.getBean(PrometheusMeterRegistry.class).getPrometheusRegistry())
				.isInstanceOf(InspectableRegistry.class)
				.isSameAs(context.getBean(PrometheusRegistry.class)));
	}

	@Test
	void withoutSpringBootsMeterRegistryOursIsUsedToo() {
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(GmicroAutoConfiguration.class, PrometheusRegistryAutoConfiguration.class))
			.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context.getBean(PrometheusMeterRegistry.class).getPrometheusRegistry())
				.isSameAs(context.getBean(InspectableRegistry.class)));
	}

	@Test
	void whenNotEnabledNothingOfOursExists() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(PrometheusRegistry.class)
			.doesNotHaveBean(InspectableRegistry.class));
	}

	@Test
	void registryOfTheApplicationWins() {
		PrometheusRegistry own = new PrometheusRegistry();
		this.contextRunner.withPropertyValues(ENABLED).withBean(PrometheusRegistry.class, () -> own).run((context) -> {
			assertThat(context).doesNotHaveBean(InspectableRegistry.class);
			assertThat(context.getBean(PrometheusMeterRegistry.class).getPrometheusRegistry()).isSameAs(own);
		});
	}

}
