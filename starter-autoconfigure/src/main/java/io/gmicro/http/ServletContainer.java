package io.gmicro.http;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

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

	private static final Handles WRITTEN_BY_TOMCAT = new Handles(
			(response) -> find(response, "getContentWritten", long.class));

	private static final Handles WRITTEN = new Handles((response) -> WRITTEN_BY_TOMCAT.get(response)
		.orElseGet(() -> find(response, "getContentCount", long.class)));

	private static final Handles WRITTEN_BY_JETTY = new Handles(
			(response) -> findInJetty(response, "org.eclipse.jetty.server.Response", "getServletContextResponse",
					"getContentBytesWritten", MethodType.methodType(long.class)));

	private static final Handles ERROR_SENT = new Handles((response) -> isTomcat(response)
			? find(response, "isFinished", boolean.class) : findInJettysChannel(response));

	private static final Handles ON_COMPLETION = new Handles(
			(response) -> findInJetty(response, "org.eclipse.jetty.server.Request", "getServletContextRequest",
					"addCompletionListener", MethodType.methodType(void.class, Consumer.class)));

	private ServletContainer() {
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

	/** The static methods of Jetty's core take its own request and response. */
	private static @Nullable MethodHandle findInJetty(Class<?> response, String core, String property, String method,
			MethodType type) {
		try {
			MethodHandles.Lookup lookup = MethodHandles.publicLookup();
			MethodHandle channel = lookup.unreflect(response.getMethod("getServletChannel"));
			MethodHandle argument = lookup.unreflect(channel.type().returnType().getMethod(property));
			Class<?> argumentType = Class.forName(core, false, response.getClassLoader());
			MethodHandle found = lookup.findStatic(argumentType, method, type.insertParameterTypes(0, argumentType));
			return MethodHandles
				.filterArguments(found, 0,
						MethodHandles.filterReturnValue(channel, argument)
							.asType(MethodType.methodType(argumentType, response)))
				.asType(type.insertParameterTypes(0, ServletResponse.class));
		}
		catch (ReflectiveOperationException ex) {
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
	 * Whether Tomcat serves a response.
	 * @param response the response, which may be wrapped
	 * @return {@code true} for Tomcat's own type
	 */
	static boolean isTomcat(HttpServletResponse response) {
		return isTomcat(unwrap(response).getClass());
	}

	private static boolean isTomcat(Class<?> response) {
		return WRITTEN_BY_TOMCAT.get(response).isPresent();
	}

	/**
	 * Whether Jetty serves a response.
	 * @param response the response, which may be wrapped
	 * @return {@code true} for Jetty's own type
	 */
	static boolean isJetty(HttpServletResponse response) {
		return ON_COMPLETION.of(unwrap(response)) != null;
	}

	/**
	 * Have Jetty report the end of a request, after its error page and its request log.
	 * @param response the response, which may be wrapped
	 * @param listener what to call, with the exception that broke the response off
	 * @return {@code false} if it does not
	 */
	static boolean onCompletion(HttpServletResponse response, Consumer<? extends @Nullable Throwable> listener) {
		ServletResponse container = unwrap(response);
		MethodHandle listen = ON_COMPLETION.of(container);
		if (listen == null) {
			return false;
		}
		try {
			listen.invokeExact(container, (Consumer<?>) listener);
			return true;
		}
		catch (Throwable ex) {
			return false;
		}
	}

	/**
	 * The status of a response, whatever wraps it.
	 * @param response the response, which may be wrapped
	 * @return the status that the container has sent or will send
	 */
	static int status(HttpServletResponse response) {
		return (unwrap(response) instanceof HttpServletResponse container) ? container.getStatus()
				: response.getStatus();
	}

	/**
	 * How much of the body has been written.
	 * @param response the response, which may be wrapped
	 * @return the size in bytes as the application wrote it, or
	 * {@link Exchange#UNKNOWN_SIZE} when the container does not tell
	 */
	static long bodyWritten(HttpServletResponse response) {
		ServletResponse container = unwrap(response);
		return count(WRITTEN.of(container), container);
	}

	/**
	 * How much of the body has been written when the container may have answered itself.
	 * @param response the response, which may be wrapped
	 * @return the size in bytes, or {@link Exchange#UNKNOWN_SIZE} on Tomcat, which writes
	 * its own error page after it has reported the end of the request
	 */
	static long bodyOrErrorPageWritten(HttpServletResponse response) {
		long written = bodyWritten(response);
		ServletResponse container = unwrap(response);
		return (written == 0) ? count(WRITTEN_BY_JETTY.of(container), container) : written;
	}

	private static long count(@Nullable MethodHandle written, ServletResponse container) {
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
	 * Whether {@code sendError} was called and the container has not yet answered.
	 * @param request the request
	 * @param response the response, which may be wrapped
	 * @param status the status of the response
	 * @return {@code true} when the container still has to answer with the error
	 */
	static boolean errorSent(HttpServletRequest request, HttpServletResponse response, int status) {
		if (status < HttpServletResponse.SC_BAD_REQUEST) {
			return false;
		}
		ServletResponse container = unwrap(response);
		MethodHandle errorSent = ERROR_SENT.of(container);
		if (errorSent == null) {
			return request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) != null && bodyWritten(response) <= 0;
		}
		try {
			boolean sent = (boolean) errorSent.invokeExact(container);
			// Tomcat empties the body then, and is finished after a forward as well
			return sent && (!isTomcat(response) || bodyWritten(response) == 0);
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

	/**
	 * A method for each type of response. The JVM keeps it with the type, which outlives
	 * an application that is undeployed: it must not lead to a class of ours.
	 */
	private static final class Handles extends ClassValue<Optional<MethodHandle>> {

		private final Function<Class<?>, @Nullable MethodHandle> finder;

		Handles(Function<Class<?>, @Nullable MethodHandle> finder) {
			this.finder = finder;
		}

		@Override
		protected Optional<MethodHandle> computeValue(Class<?> type) {
			return Optional.ofNullable(this.finder.apply(type));
		}

		@Nullable MethodHandle of(ServletResponse container) {
			return get(container.getClass()).orElse(null);
		}

	}

}
