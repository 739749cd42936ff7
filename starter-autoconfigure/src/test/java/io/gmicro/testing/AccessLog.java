package io.gmicro.testing;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * What a container writes to its own access log. Declare it as a bean of the application.
 */
public final class AccessLog implements WebServerFactoryCustomizer<WebServerFactory> {

	private final List<Line> lines = new CopyOnWriteArrayList<>();

	/**
	 * What was logged until now, scrapes left out.
	 * @return the lines in the order in which the requests ended
	 */
	public List<Line> lines() {
		return this.lines.stream().filter((line) -> !line.path().equals("/metrics")).toList();
	}

	private void log(@Nullable String method, @Nullable String path, int status) {
		this.lines
			.add(new Line(Objects.requireNonNullElse(method, "-"), Objects.requireNonNullElse(path, "-"), status));
	}

	@Override
	public void customize(WebServerFactory factory) {
		if (factory instanceof TomcatServletWebServerFactory tomcat) {
			tomcat.addEngineValves(new LoggingValve());
		}
		else if (factory instanceof JettyServletWebServerFactory jetty) {
			jetty.addServerCustomizers((server) -> server.setRequestLog((request, response) -> log(request.getMethod(),
					request.getHttpURI().getPath(), response.getStatus())));
		}
	}

	/**
	 * A line of the log.
	 *
	 * @param method the request method
	 * @param path the path as it was sent
	 * @param status the status that was sent
	 */
	public record Line(String method, String path, int status) {

	}

	private final class LoggingValve extends ValveBase implements org.apache.catalina.AccessLog {

		LoggingValve() {
			super(true);
		}

		@Override
		public void invoke(Request request, Response response) throws IOException, ServletException {
			getNext().invoke(request, response);
		}

		@Override
		public void log(Request request, Response response, long time) {
			AccessLog.this.log(request.getMethod(), request.getRequestURI(), response.getStatus());
		}

		@Override
		public void setRequestAttributesEnabled(boolean enabled) {
		}

		@Override
		public boolean getRequestAttributesEnabled() {
			return false;
		}

	}

}
