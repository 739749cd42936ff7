package io.gmicro.autoconfigure;

/**
 * Names of Spring Boot's auto-configurations of meter registries, which moved between
 * Spring Boot 3 and 4. Only names: a class that is not there is passed over.
 */
final class MetricsAutoConfigurations {

	static final String COMPOSITE_3 = "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration";

	static final String PROMETHEUS_3 = "org.springframework.boot.actuate.autoconfigure.metrics.export.prometheus.PrometheusMetricsExportAutoConfiguration";

	static final String SIMPLE_3 = "org.springframework.boot.actuate.autoconfigure.metrics.export.simple.SimpleMetricsExportAutoConfiguration";

	static final String COMPOSITE_4 = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration";

	static final String PROMETHEUS_4 = "org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration";

	static final String SIMPLE_4 = "org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration";

	private MetricsAutoConfigurations() {
	}

}
