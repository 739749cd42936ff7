package io.gmicro.http;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * What only the container knows of a response. Wrapping the response to count its bytes
 * would cost several objects a request and change what filters and forwards see; Tomcat
 * and Jetty count anyway. Their types are found by name, since each line of Spring Boot
 * brings others.
 */
final class ServletContainer {

	private static final String JETTY_ERROR_STATUS = "org.eclipse.jetty.server.error_status";

	private static final String JETTY_ERROR_EXCEPTION = "org.eclipse.jetty.server.error_exception";

	private static final ClassValue<ServletContainer> CONTAINERS = new ClassValue<>() {

		@Override
		protected ServletContainer computeValue(Class<?> type) {
			return new ServletContainer(type);
		}

	};

	private final @Nullable MethodHandle written;

	private final @Nullable MethodHandle finished;

	private ServletContainer(Class<?> type) {
		MethodHandle tomcat = find(type, "getContentWritten", long.class);
		this.written = (tomcat != null) ? tomcat : find(type, "getContentCount", long.class);
		this.finished = find(type, "isFinished", boolean.class);
	}

	private static @Nullable MethodHandle find(Class<?> type, String name, Class<?> result) {
		try {
			return MethodHandles.publicLookup()
				.findVirtual(type, name, MethodType.methodType(result))
				.asType(MethodType.methodType(result, ServletResponse.class));
		}
		catch (NoSuchMethodException | IllegalAccessException ex) {
			return null;
		}
	}

	/**
	 * How much of the body has been written.
	 * @param response the response, which may be wrapped
	 * @return the size in bytes as the application wrote it, or
	 * {@link Exchange#UNKNOWN_SIZE} when the container does not tell
	 */
	static long bodyWritten(HttpServletResponse response) {
		ServletResponse container = unwrap(response);
		MethodHandle written = CONTAINERS.get(container.getClass()).written;
		if (written == null) {
			return Exchange.UNKNOWN_SIZE;
		}
		try {
			return (long) written.invokeExact(container);
		}
		catch (Throwable ex) {
			return Exchange.UNKNOWN_SIZE;
		}
	}

	/**
	 * Whether the container will answer with an error page once the filters have
	 * returned.
	 * @param request the request
	 * @param response the response, which may be wrapped
	 * @param failed whether an exception is on its way to the container
	 * @return {@code true} when no body has been written and {@code sendError} was called
	 * or an exception escaped
	 */
	static boolean awaitsErrorPage(HttpServletRequest request, HttpServletResponse response, boolean failed) {
		if (failed) {
			return !response.isCommitted();
		}
		if (response.getStatus() < HttpServletResponse.SC_BAD_REQUEST || bodyWritten(response) > 0) {
			return false;
		}
		ServletResponse container = unwrap(response);
		MethodHandle finished = CONTAINERS.get(container.getClass()).finished;
		if (finished == null) {
			return request.getAttribute(JETTY_ERROR_STATUS) != null;
		}
		try {
			return (boolean) finished.invokeExact(container);
		}
		catch (Throwable ex) {
			return false;
		}
	}

	/**
	 * What a handler threw that the container turned into an error page.
	 * @param request the request
	 * @return the exception, or {@code null} when there was none
	 */
	static @Nullable Throwable errorException(HttpServletRequest request) {
		Object exception = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
		if (exception == null) {
			exception = request.getAttribute(JETTY_ERROR_EXCEPTION);
		}
		return (exception instanceof Throwable throwable) ? throwable : null;
	}

	private static ServletResponse unwrap(ServletResponse response) {
		ServletResponse unwrapped = response;
		while (unwrapped instanceof ServletResponseWrapper wrapper) {
			unwrapped = wrapper.getResponse();
		}
		return unwrapped;
	}

}
