package io.gmicro.testing;

import org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyServletManagementContextAutoConfiguration;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The servlet containers that the tests run on.
 */
public enum Container {

	TOMCAT(TomcatConfiguration.class, JettyServletManagementContextAutoConfiguration.class),
	JETTY(JettyConfiguration.class, TomcatServletManagementContextAutoConfiguration.class);

	private final Class<?> configuration;

	private final Class<?> excluded;

	Container(Class<?> configuration, Class<?> excluded) {
		this.configuration = configuration;
		this.excluded = excluded;
	}

	/**
	 * The other container's management server, of which there may be only one.
	 * @return an auto-configuration
	 */
	Class<?> excluded() {
		return this.excluded;
	}

	Class<?> configuration() {
		return this.configuration;
	}

	@Configuration(proxyBeanMethods = false)
	static class TomcatConfiguration {

		@Bean
		ServletWebServerFactory webServerFactory() {
			return new TomcatServletWebServerFactory(0);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class JettyConfiguration {

		@Bean
		ServletWebServerFactory webServerFactory() {
			return new JettyServletWebServerFactory(0);
		}

	}

}
