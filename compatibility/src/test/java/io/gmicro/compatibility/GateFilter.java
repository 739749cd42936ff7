package io.gmicro.compatibility;

import java.io.IOException;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Answers before Spring MVC has looked for a handler, as security filters do.
 */
final class GateFilter implements Filter {

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		HttpServletResponse httpResponse = (HttpServletResponse) response;
		switch (((HttpServletRequest) request).getServletPath()) {
			case "/gate/moved" -> httpResponse.sendRedirect("/hello/1");
			case "/gate/closed", "/hello/closed", "/fn/closed" ->
				httpResponse.sendError(HttpServletResponse.SC_FORBIDDEN);
			case "/gate/broken" -> throw new ServletException("expected by the test");
			default -> chain.doFilter(request, response);
		}
	}

}
