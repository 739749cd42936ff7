package io.gmicro.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * {@link AutoConfiguration Auto-configuration} for an application that serves nothing
 * with servlets: it says what is not measured there. The servlet API may be missing.
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

	/** Whether anything is switched on that needs servlets. */
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

}
