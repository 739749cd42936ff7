package io.gmicro.compatibility;

import jakarta.servlet.ServletContext;

/**
 * What serves the application.
 */
enum Container {

	TOMCAT_10("Apache Tomcat/10."), TOMCAT_11("Apache Tomcat/11."), JETTY("jetty/12.");

	private final String serverInfo;

	Container(String serverInfo) {
		this.serverInfo = serverInfo;
	}

	static Container of(ServletContext servletContext) {
		for (Container container : values()) {
			if (servletContext.getServerInfo().startsWith(container.serverInfo)) {
				return container;
			}
		}
		throw new IllegalStateException("Unknown container: " + servletContext.getServerInfo());
	}

	boolean isTomcat() {
		return this != JETTY;
	}

}
