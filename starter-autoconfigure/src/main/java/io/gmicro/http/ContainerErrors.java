package io.gmicro.http;

import java.io.IOException;
import java.lang.reflect.Method;

import io.gmicro.route.MatchedRoute;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * How containers handle exceptions: which of them mean that the client disconnected, and
 * where Tomcat differs from other containers.
 */
final class ContainerErrors {

	private static final int MAX_DEPTH = 16;

	/** Tomcat 10.1 does not throw an exception if it fails to read a form. */
	private static final boolean HIDES_READ_FAILURES = ClassUtils
		.isPresent("org.apache.tomcat.util.http.Parameters$FailReason", ContainerErrors.class.getClassLoader());

	private static final String READ_FAILURE = "org.apache.catalina.parameter_parse_failed_reason";

	private static final String RESOURCES = "org.apache.catalina.resources";

	private ContainerErrors() {
	}

	/**
	 * Whether a request failed because its client disconnected. A broken connection from
	 * the application to another server does not count.
	 * @param failure the exception thrown to the container
	 * @param request the request, which has the exception that Spring MVC handled and the
	 * one that Tomcat 10.1 hides
	 * @return {@code true} if one of the exceptions says so
	 */
	static boolean isClientAbort(@Nullable Throwable failure, HttpServletRequest request) {
		return isClientAbort(failure) || isClientAbort(MatchedRoute.handledException(request))
				|| (HIDES_READ_FAILURES && request.getAttribute(READ_FAILURE) instanceof Enum<?> reason
						&& reason.name().equals("CLIENT_DISCONNECT"));
	}

	static boolean isClientAbort(@Nullable Throwable failure) {
		Throwable cause = failure;
		for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
			switch (cause.getClass().getName()) {
				case "org.apache.catalina.connector.ClientAbortException", "org.eclipse.jetty.io.EofException",
						"org.eclipse.jetty.server.internal.HttpConnection$HttpEofException",
						"org.springframework.web.context.request.async.AsyncRequestNotUsableException" -> {
					return true;
				}
				default -> cause = cause.getCause();
			}
		}
		return false;
	}

	/**
	 * The status that a container responds with when an exception reaches it. If the
	 * response was committed, Tomcat logs 500 unless writing the response may have
	 * failed.
	 * @param response the response, which may be wrapped
	 * @param failure the exception
	 * @param errorSent whether {@code sendError} was called before
	 * @param async whether the request is asynchronous
	 * @return 500, or the status of the response if that is final
	 */
	static int statusAfterException(HttpServletResponse response, Throwable failure, boolean errorSent, boolean async) {
		int status = response.getStatus();
		boolean tomcat = ServletContainer.isTomcat(response);
		boolean answered = errorSent ? !tomcat : response.isCommitted() && (!tomcat
				|| status >= HttpServletResponse.SC_BAD_REQUEST || (!async && failure instanceof IOException));
		return answered ? status : HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
	}

	/**
	 * Whether Tomcat dispatches an asynchronous request to an error page, or completes
	 * it, after an exception.
	 * @param request the request
	 * @param response the response, which may be wrapped
	 * @param failure the exception
	 * @return {@code false} if neither is certain
	 */
	static boolean isAnsweredAfter(HttpServletRequest request, HttpServletResponse response, Throwable failure) {
		return ServletContainer.isTomcat(response) && !isFatal(failure)
				&& (!response.isCommitted() || ServletContainer.errorSent(request, response, response.getStatus()));
	}

	/**
	 * Whether Tomcat dispatches a request to an error page after it has completed, as it
	 * does after {@code sendError} in an asynchronous dispatch.
	 * @param request the request
	 * @param response the response, which may be wrapped
	 * @return {@code true} if there is an error page that the request has not been
	 * dispatched to
	 */
	static boolean hasErrorPageAfterCompletion(HttpServletRequest request, HttpServletResponse response) {
		int status = response.getStatus();
		if (!ServletContainer.isTomcat(response) || !ServletContainer.errorSent(request, response, status)) {
			return false;
		}
		Object resources = request.getServletContext().getAttribute(RESOURCES);
		try {
			return resources != null
					&& hasErrorPage(resources.getClass().getMethod("getContext").invoke(resources), status);
		}
		catch (ReflectiveOperationException ex) {
			return false;
		}
	}

	private static boolean hasErrorPage(Object context, int status) throws ReflectiveOperationException {
		Method find = context.getClass().getMethod("findErrorPage", int.class);
		return find.invoke(context, status) != null || find.invoke(context, 0) != null;
	}

	/**
	 * Whether Tomcat rethrows an error on its thread, without an error page, a call to a
	 * listener or completion.
	 * @param failure the error
	 * @return {@code true} for errors of the JVM other than stack overflow
	 */
	static boolean isFatal(@Nullable Throwable failure) {
		return failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError);
	}

}
