package io.gmicro.http;

import java.io.IOException;
import java.lang.reflect.Method;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * What Tomcat makes of errors, as far as it differs from other containers.
 */
final class TomcatErrors {

	/** Of Tomcat 10.1, which does not throw what goes wrong when it reads a form. */
	private static final boolean HIDES_READ_FAILURES = ClassUtils
		.isPresent("org.apache.tomcat.util.http.Parameters$FailReason", TomcatErrors.class.getClassLoader());

	private static final String READ_FAILURE = "org.apache.catalina.parameter_parse_failed_reason";

	private static final String RESOURCES = "org.apache.catalina.resources";

	private TomcatErrors() {
	}

	/**
	 * The status that a container answers with when an exception reaches it. Of a
	 * response that was committed, Tomcat logs 500, unless writing it may have failed.
	 * @param response the response, which may be wrapped
	 * @param failure the exception
	 * @param errorSent whether {@code sendError} was called before
	 * @param async whether an asynchronous dispatch threw it
	 * @return 500 unless there is an answer already
	 */
	static int statusAfterException(HttpServletResponse response, Throwable failure, boolean errorSent, boolean async) {
		int status = response.getStatus();
		boolean tomcat = ServletContainer.isTomcat(response);
		boolean answered = errorSent ? !tomcat : response.isCommitted() && (!tomcat
				|| status >= HttpServletResponse.SC_BAD_REQUEST || (!async && failure instanceof IOException));
		return answered ? status : HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
	}

	/**
	 * Whether an asynchronous request is dispatched to an error page after an exception,
	 * or else completed.
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
	 * Whether the request is dispatched to an error page although it has completed: that
	 * is how {@code sendError} ends in an asynchronous dispatch.
	 * @param request the request
	 * @param response the response, which may be wrapped
	 * @return {@code true} if there is an error page and the request was not yet
	 * dispatched to it
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
	 * Whether Tomcat leaves an error to the thread, without an error page, a listener or
	 * completion.
	 * @param failure the error
	 * @return {@code true} for errors of the JVM but stack overflow
	 */
	static boolean isFatal(@Nullable Throwable failure) {
		return failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError);
	}

	/**
	 * Whether the client went away while its form was read, and the application went on
	 * without parameters.
	 * @param request the request
	 * @return {@code false} on other versions than 10.1
	 */
	static boolean hidesClientAbort(HttpServletRequest request) {
		return HIDES_READ_FAILURES && request.getAttribute(READ_FAILURE) instanceof Enum<?> reason
				&& reason.name().equals("CLIENT_DISCONNECT");
	}

}
