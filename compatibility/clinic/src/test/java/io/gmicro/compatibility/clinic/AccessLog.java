package io.gmicro.compatibility.clinic;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * What Tomcat writes to its access log. Start it as a source of the application.
 */
final class AccessLog implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

	private final List<Line> lines = new CopyOnWriteArrayList<>();

	/**
	 * Return what was logged until now.
	 * @return the lines in the order in which the requests ended
	 */
	List<Line> lines() {
		return List.copyOf(this.lines);
	}

	@Override
	public void customize(TomcatServletWebServerFactory factory) {
		factory.addEngineValves(new LoggingValve());
	}

	/**
	 * A line of the log.
	 *
	 * @param method the request method, {@code -} if there was none
	 * @param path the path as it was sent, {@code -} if there was none
	 * @param query the query string, empty if there was none
	 * @param status the status that was sent
	 */
	record Line(String method, String path, String query, int status) {
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
			AccessLog.this.lines.add(new Line(Objects.requireNonNullElse(request.getMethod(), "-"),
					Objects.requireNonNullElse(request.getRequestURI(), "-"),
					Objects.requireNonNullElse(request.getQueryString(), ""), response.getStatus()));
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
