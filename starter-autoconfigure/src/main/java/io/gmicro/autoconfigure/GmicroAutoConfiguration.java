package io.gmicro.autoconfigure;

import java.util.function.Supplier;

import io.gmicro.scrape.CoarseClock;
import io.gmicro.scrape.HistogramTimerRegistry;
import io.gmicro.scrape.InspectableRegistry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.ServletContext;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.web.context.WebApplicationContext;

/**
 * {@link AutoConfiguration Auto-configuration} for what the features have in common: the
 * properties, the validation of service level objectives, the startup report and, in an
 * application without one, a meter registry.
 */
// Spring Boot's auto-configurations of meter registries as Spring Boot 3 and 4 name them
@AutoConfiguration(afterName = {
		"org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.actuate.autoconfigure.metrics.export.simple.SimpleMetricsExportAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration",
		PrometheusRegistryReplacement.SPRING_BOOT_3, PrometheusRegistryReplacement.SPRING_BOOT_4 })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@EnableConfigurationProperties(GmicroProperties.class)
public final class GmicroAutoConfiguration {

	@Bean
	StartupReport gmicroStartupReport(GmicroProperties properties, ObjectProvider<MeterRegistry> registries) {
		return new StartupReport(properties, registries);
	}

	@Bean
	SloRoutes gmicroSloRoutes(GmicroProperties properties, ConfigurableEnvironment environment,
			WebApplicationContext context) {
		return new SloRoutes(properties, environment, context, contextPath(properties, context));
	}

	/** The context path that route labels begin with. */
	static Supplier<String> contextPath(GmicroProperties properties, WebApplicationContext context) {
		return () -> {
			ServletContext servlets = properties.http().includeContextPath() ? context.getServletContext() : null;
			return (servlets != null) ? servlets.getContextPath() : "";
		};
	}

	/**
	 * The registries of gmicro, and a clock for them that is not injected anywhere by its
	 * type.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(PrometheusMeterRegistry.class)
	static final class ScrapeMeterRegistryConfiguration {

		@Bean(name = PrometheusRegistryReplacement.CLOCK, initMethod = "start", autowireCandidate = false)
		@Lazy
		CoarseClock gmicroScrapeClock() {
			return new CoarseClock();
		}

		@Bean
		@ConditionalOnMissingBean(PrometheusRegistry.class)
		InspectableRegistry gmicroScrapeRegistry() {
			return new InspectableRegistry();
		}

		@Bean
		static PrometheusRegistryReplacement gmicroScrapeMeterRegistryConfigurer() {
			return new PrometheusRegistryReplacement();
		}

	}

	/**
	 * The registry and the meters of the JVM that Spring Boot would configure, for
	 * applications without its actuator or metrics module.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(PrometheusMeterRegistry.class)
	@ConditionalOnMissingBean(MeterRegistry.class)
	static final class RegistryConfiguration {

		@Bean
		PrometheusMeterRegistry gmicroMeterRegistry(ObjectProvider<PrometheusRegistry> collectors,
				ObjectProvider<MeterFilter> filters, BeanFactory beanFactory) {
			PrometheusMeterRegistry registry = new HistogramTimerRegistry(PrometheusConfig.DEFAULT,
					collectors.getIfUnique(InspectableRegistry::new),
					beanFactory.getBean(PrometheusRegistryReplacement.CLOCK, Clock.class), null,
					PrometheusRegistryReplacement.TIMERS);
			filters.orderedStream().forEach(registry.config()::meterFilter);
			return registry;
		}

		/**
		 * Binds once all singletons exist, as Spring Boot does: a binder may depend on a
		 * bean that needs the registry.
		 */
		@Bean
		SmartInitializingSingleton gmicroMeterBinders(PrometheusMeterRegistry registry,
				ObjectProvider<MeterBinder> binders) {
			return () -> binders.orderedStream().forEach((binder) -> binder.bindTo(registry));
		}

		@Bean
		ClassLoaderMetrics gmicroClassLoaderMetrics() {
			return new ClassLoaderMetrics();
		}

		@Bean
		JvmGcMetrics gmicroJvmGcMetrics() {
			return new JvmGcMetrics();
		}

		@Bean
		JvmMemoryMetrics gmicroJvmMemoryMetrics() {
			return new JvmMemoryMetrics();
		}

		@Bean
		JvmThreadMetrics gmicroJvmThreadMetrics() {
			return new JvmThreadMetrics();
		}

		@Bean
		ProcessorMetrics gmicroProcessorMetrics() {
			return new ProcessorMetrics();
		}

		@Bean
		UptimeMetrics gmicroUptimeMetrics() {
			return new UptimeMetrics();
		}

	}

	/**
	 * Matches if {@code gmicro.metrics.naming} includes OpenTelemetry's names.
	 */
	static final class OnStandardNames extends AnyNestedCondition {

		OnStandardNames() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnProperty(name = "gmicro.metrics.naming", havingValue = "standard", matchIfMissing = true)
		static final class Standard {

		}

		@ConditionalOnProperty(name = "gmicro.metrics.naming", havingValue = "both")
		static final class Both {

		}

	}

	/**
	 * Matches if {@code gmicro.metrics.naming} includes the names of gin-metrics and the
	 * Go framework.
	 */
	static final class OnGmicroNames extends AnyNestedCondition {

		OnGmicroNames() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnProperty(name = "gmicro.metrics.naming", havingValue = "gmicro")
		static final class Gmicro {

		}

		@ConditionalOnProperty(name = "gmicro.metrics.naming", havingValue = "both")
		static final class Both {

		}

	}

}
