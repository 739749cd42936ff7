package io.gmicro.http;

import java.util.Collection;

import io.gmicro.route.MatchedRoute;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.http.HttpEntity;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Recognizes asynchronous responses that last until the client disconnects: by their
 * content type, by the handler and request if no content type is set yet, and by the
 * handler of SockJS, whose transports use various content types.
 */
final class LongLived {

	private static final String PRODUCIBLE_TYPES = "org.springframework.web.servlet.HandlerMapping.producibleMediaTypes";

	private static final String SOCKJS = "org.springframework.web.socket.sockjs.support.SockJsHttpRequestHandler";

	private final String[] contentTypes;

	LongLived(Collection<String> contentTypes) {
		this.contentTypes = contentTypes.toArray(String[]::new);
	}

	/**
	 * Whether a response that has just become asynchronous is, or will be, a stream.
	 * @param request the request
	 * @param response the response
	 * @return {@code true} if it lasts until the client disconnects
	 */
	boolean begins(HttpServletRequest request, HttpServletResponse response) {
		Object handler = MatchedRoute.handler(request);
		if (isSockJs(handler)) {
			return true;
		}
		String contentType = response.getContentType();
		return (contentType != null) ? isStream(contentType) : isPromised(request, handler);
	}

	/**
	 * Whether an asynchronous response was a stream.
	 * @param request the request
	 * @param response the response
	 * @param status the status that the client received
	 * @param began whether it {@link #begins began} as a stream
	 * @return {@code true} if it lasted until the client disconnected
	 */
	boolean ended(HttpServletRequest request, HttpServletResponse response, int status, boolean began) {
		String contentType = response.getContentType();
		if (isStream(contentType)) {
			return true;
		}
		// Nothing was sent, and the response of a failure is not a stream
		boolean silent = contentType == null && (status < 400 || status == Exchange.CLIENT_CLOSED_REQUEST);
		return began && (silent || isSockJs(MatchedRoute.handler(request)));
	}

	private boolean isPromised(HttpServletRequest request, @Nullable Object handler) {
		boolean declared = request.getAttribute(PRODUCIBLE_TYPES) instanceof Collection<?> types && !types.isEmpty()
				&& types.stream().allMatch((type) -> isStream(type.toString()));
		return declared || isStream(request.getHeader("Accept")) || (handler != null && WebMvc.returnsEvents(handler));
	}

	boolean isStream(@Nullable String contentType) {
		if (contentType == null) {
			return false;
		}
		for (String stream : this.contentTypes) {
			int end = stream.length();
			if (contentType.regionMatches(true, 0, stream, 0, end) && (contentType.length() == end
					|| contentType.charAt(end) == ';' || contentType.charAt(end) == ' ')) {
				return true;
			}
		}
		return false;
	}

	/** By name, because the application may not have SockJS. */
	private static boolean isSockJs(@Nullable Object handler) {
		Class<?> type = (handler != null) ? handler.getClass() : null;
		while (type != null && !type.getName().equals(SOCKJS)) {
			type = type.getSuperclass();
		}
		return type != null;
	}

	/** A separate class because the application may not have Spring MVC. */
	private static final class WebMvc {

		static boolean returnsEvents(Object handler) {
			if (!(handler instanceof HandlerMethod method)) {
				return false;
			}
			ResolvableType type = ResolvableType.forMethodReturnType(method.getMethod());
			Class<?> body = HttpEntity.class.isAssignableFrom(type.toClass()) ? type.getGeneric().toClass()
					: type.toClass();
			return SseEmitter.class.isAssignableFrom(body);
		}

	}

}
