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
 * Reads from Tomcat and Jetty what the Servlet API does not provide, such as the number
 * of bytes written. A response wrapper that counts bytes would allocate several objects
 * per request and change what filters and forwards see. The containers' types are looked
 * up by name, because they differ between the Spring Boot lines.
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

	/** A static method of Jetty's core, which takes Jetty's own request or response. */
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
	 * Whether a response is Tomcat's.
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
	 * Whether a response is Jetty's.
	 * @param response the response, which may be wrapped
	 * @return {@code true} for Jetty's own type
	 */
	static boolean isJetty(HttpServletResponse response) {
		return ON_COMPLETION.of(unwrap(response)) != null;
	}

	/**
	 * Registers a listener that Jetty calls at the end of a request, after its error page
	 * and its request log.
	 * @param response the response, which may be wrapped
	 * @param listener the listener, called with the exception that aborted the response
	 * @return {@code false} if the listener was not registered
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
	 * The status of the container's response.
	 * @param response the response, which may be wrapped
	 * @return the status that the container has sent or will send
	 */
	static int status(HttpServletResponse response) {
		return (unwrap(response) instanceof HttpServletResponse container) ? container.getStatus()
				: response.getStatus();
	}

	/**
	 * The number of body bytes that the application has written.
	 * @param response the response, which may be wrapped
	 * @return the size in bytes, or {@link Exchange#UNKNOWN_SIZE} if the container does
	 * not report it
	 */
	static long bodyWritten(HttpServletResponse response) {
		ServletResponse container = unwrap(response);
		return count(WRITTEN.of(container), container);
	}

	/**
	 * The number of body bytes that the application or, if it wrote none, the container
	 * has written.
	 * @param response the response, which may be wrapped
	 * @return the size in bytes, or {@link Exchange#UNKNOWN_SIZE} on Tomcat, which writes
	 * its error page after it has reported the end of the request
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
	 * Whether {@code sendError} was called and the container has not sent the error yet.
	 * @param request the request
	 * @param response the response, which may be wrapped
	 * @param status the status of the response
	 * @return {@code true} if the container still has to send the error
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
			// Tomcat discards the body in sendError, but is finished after a forward, too
			return sent && (!isTomcat(response) || bodyWritten(response) == 0);
		}
		catch (Throwable ex) {
			return false;
		}
	}

	/**
	 * The exception that the container turned into an error page.
	 * @param request the request
	 * @return the exception, or {@code null} if there was none
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
	 * A method for each type of response. The JVM holds it with the type, which outlives
	 * an undeployed application, so it must not refer to our classes.
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
