package io.gmicro.autoconfigure;

import io.gmicro.console.SlowRequestsServlet;
import io.gmicro.diagnostics.AccessRule;
import io.gmicro.sampling.SlowRequests;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * {@link ManagementContextConfiguration} for the {@link SlowRequestsServlet page of slow
 * requests}: on the management port when there is one, else beside the application.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@ConditionalOnBooleanProperty("gmicro.http.slow-requests.endpoint.enabled")
public final class SlowRequestsRouteManagementContextConfiguration {

	@Bean
	SlowRequestsRoute gmicroSlowRequestsRoute(ObjectProvider<SlowRequests> requests, AccessRule access,
			ListableBeanFactory beanFactory, Environment environment) {
		return new SlowRequestsRoute(requests, access, beanFactory, environment);
	}

}
