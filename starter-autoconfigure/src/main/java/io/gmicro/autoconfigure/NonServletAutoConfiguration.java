package io.gmicro.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * {@link AutoConfiguration Auto-configuration} for applications without a servlet
 * container, which logs what is not recorded. The servlet API may be missing.
 */
@AutoConfiguration
@Conditional(NonServletAutoConfiguration.OnAnything.class)
@EnableConfigurationProperties(GmicroProperties.class)
public final class NonServletAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	static final class WebFluxConfiguration {

		@Bean
		NonServletReport gmicroNonServletReport(GmicroProperties properties, ApplicationContext context) {
			return new NonServletReport(true, properties, context);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnNotWebApplication
	static final class NoWebServerConfiguration {

		@Bean
		NonServletReport gmicroNonServletReport(GmicroProperties properties, ApplicationContext context) {
			return new NonServletReport(false, properties, context);
		}

	}

	/**
	 * Matches if a feature that needs servlets is enabled.
	 */
	static final class OnAnything extends AnyNestedCondition {

		OnAnything() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
		static final class Metrics {

		}

		@ConditionalOnBooleanProperty("gmicro.pprof.enabled")
		static final class Pprof {

		}

	}

	/**
	 * Logs what is not recorded without servlets, once the application is ready.
	 */
	static final class NonServletReport implements ApplicationListener<ApplicationReadyEvent> {

		private static final Log logger = LogFactory.getLog("io.gmicro.autoconfigure.NonServletReport");

		private final boolean webFlux;

		private final GmicroProperties properties;

		private final ApplicationContext context;

		NonServletReport(boolean webFlux, GmicroProperties properties, ApplicationContext context) {
			this.webFlux = webFlux;
			this.properties = properties;
			this.context = context;
		}

		/** A parent context also receives the events of its children. */
		@Override
		public void onApplicationEvent(ApplicationReadyEvent event) {
			if (event.getApplicationContext() != this.context) {
				return;
			}
			String missing = "HTTP requests are not recorded, "
					+ (this.properties.slo().isEmpty() ? "" : "gmicro.slo has no effect, ")
					+ "and neither the metrics route nor the pages below /debug are served";
			String recorded = this.properties.metrics().enabled()
					? ". gRPC calls and gmicro.metrics.custom are recorded, and can be pushed" : "";
			if (this.webFlux) {
				logger.warn("This is a WebFlux application: " + missing + recorded
						+ (recorded.isEmpty() ? "" : " or served by /actuator/prometheus"));
			}
			else {
				logger.info("This application has no web server: " + missing + recorded);
			}
		}

	}

}
