package io.gmicro.autoconfigure;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * Keeps Spring's observation filter out of the chain. Its registration is recognized by
 * the filter in it, since the auto-configuration that makes it is another one in each
 * line of Spring Boot.
 */
final class SpringObservationFilterDisabler implements BeanPostProcessor {

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof FilterRegistrationBean<?> registration
				&& registration.getFilter() instanceof ServerHttpObservationFilter) {
			registration.setEnabled(false);
		}
		return bean;
	}

}
