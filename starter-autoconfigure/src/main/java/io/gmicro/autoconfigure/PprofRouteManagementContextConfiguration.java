package io.gmicro.autoconfigure;

import io.gmicro.diagnostics.AccessRule;
import io.gmicro.pprof.PprofServlet;
import jakarta.servlet.Servlet;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * {@link ManagementContextConfiguration} for the {@link PprofServlet profiles}: on the
 * management port when there is one, else beside the application.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(Servlet.class)
@ConditionalOnBooleanProperty("gmicro.pprof.enabled")
public final class PprofRouteManagementContextConfiguration {

	@Bean
	PprofRoute gmicroPprofRoute(GmicroProperties properties, AccessRule access, ListableBeanFactory beanFactory,
			Environment environment) {
		return new PprofRoute(properties, access, beanFactory, environment);
	}

}
