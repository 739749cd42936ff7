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

	private static final String JETTY_ERROR_EXCEPTION = "org.eclipse.jetty.server.error_exception";

	private static final ClassValue<ServletContainer> CONTAINERS = new ClassValue<>() {

		@Override
		protected ServletContainer computeValue(Class<?> type) {
			return new ServletContainer(type);
		}

	};

	private final boolean tomcat;

	private final @Nullable MethodHandle written;

	private final @Nullable MethodHandle errorSent;

	private ServletContainer(Class<?> response) {
		MethodHandle counter = find(response, "getContentWritten", long.class);
		this.tomcat = counter != null;
		this.written = this.tomcat ? counter : find(response, "getContentCount", long.class);
		this.errorSent = this.tomcat ? find(response, "isFinished", boolean.class) : findInJettysChannel(response);
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

	private static @Nullable MethodHandle findInJettysChannel(Class<?> response) {
		try {
			MethodHandles.Lookup lookup = MethodHandles.publicLookup();
			MethodHandle channel = lookup.unreflect(response.getMethod("getServletChannel"));
			MethodHandle errorSent = lookup.findVirtual(channel.type().returnType(), "isSendError",
					MethodType.methodType(boolean.class));
			return MethodHandles.filterReturnValue(channel, errorSent)
				.asType(MethodType.methodType(boolean.class, ServletResponse.class));
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
	 * The status that the container answers with when an exception reaches it.
	 * @param request the request
	 * @param response the response, which may be wrapped
	 * @return 500 unless there is an answer already
	 */
	static int statusAfterException(HttpServletRequest request, HttpServletResponse response) {
		boolean answered = errorSent(request, response) ? !of(response).tomcat : response.isCommitted();
		return answered ? response.getStatus() : HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
	}

	/**
	 * Whether the container will answer with an error page once the filters have
	 * returned.
	 * @param request the request
	 * @param response the response, which may be wrapped
	 * @param failed whether an exception is on its way to the container
	 * @return {@code true} when {@code sendError} was called or an exception escaped
	 * before anything was sent
	 */
	static boolean awaitsErrorPage(HttpServletRequest request, HttpServletResponse response, boolean failed) {
		return errorSent(request, response) || (failed && !response.isCommitted());
	}

	/**
	 * Whether {@code sendError} was called and the container has not yet answered.
	 * @param request the request
	 * @param response the response, which may be wrapped
	 * @return {@code true} when the container still has to answer with the error
	 */
	static boolean errorSent(HttpServletRequest request, HttpServletResponse response) {
		if (response.getStatus() < HttpServletResponse.SC_BAD_REQUEST) {
			return false;
		}
		ServletContainer container = of(response);
		if (container.errorSent == null) {
			return request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) != null && bodyWritten(response) <= 0;
		}
		try {
			boolean sent = (boolean) container.errorSent.invokeExact(unwrap(response));
			// Tomcat empties the body then, and is finished after a forward as well
			return sent && (!container.tomcat || bodyWritten(response) == 0);
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

	private static ServletContainer of(HttpServletResponse response) {
		return CONTAINERS.get(unwrap(response).getClass());
	}

	private static ServletResponse unwrap(ServletResponse response) {
		ServletResponse unwrapped = response;
		while (unwrapped instanceof ServletResponseWrapper wrapper) {
			unwrapped = wrapper.getResponse();
		}
		return unwrapped;
	}

}
