package io.gmicro.autoconfigure;

import io.gmicro.diagnostics.AccessRule;
import io.gmicro.pprof.PprofServlet;
import jakarta.servlet.Servlet;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * {@link AutoConfiguration Auto-configuration} for the {@link PprofServlet profiles} in
 * an application without actuator, and so without a management context.
 */
@AutoConfiguration(after = PprofAutoConfiguration.class)
@ConditionalOnMissingClass("org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(Servlet.class)
@ConditionalOnBooleanProperty("gmicro.pprof.enabled")
public final class PprofRouteAutoConfiguration {

	@Bean
	PprofRoute gmicroPprofRoute(GmicroProperties properties, AccessRule access, ListableBeanFactory beanFactory,
			Environment environment) {
		return new PprofRoute(properties, access, beanFactory, environment);
	}

}
