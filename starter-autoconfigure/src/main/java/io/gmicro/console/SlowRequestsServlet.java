package io.gmicro.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;

import io.gmicro.diagnostics.AccessRule;
import io.gmicro.diagnostics.AccessToken;
import io.gmicro.diagnostics.Responses;
import io.gmicro.slow.LiveStack;
import io.gmicro.slow.RequestsView;
import io.gmicro.slow.SlowRequests;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Serves the requests in flight and the last slow requests as HTML, JSON and text, and
 * the slow requests as a profile for {@code go tool pprof}. Access is checked first. Only
 * GET and HEAD are allowed. Thread-safe.
 */
public final class SlowRequestsServlet extends HttpServlet {

	private static final long serialVersionUID = 1L;

	private static final Set<String> PARAMETERS = Set.of("format", "live", AccessToken.PARAMETER);

	private static final Set<String> PROFILE_PARAMETERS = Set.of("seconds", AccessToken.PARAMETER);

	private static final String PROFILE = "slow.pb.gz";

	private final transient SlowRequests requests;

	private final AccessRule access;

	/**
	 * Create a servlet.
	 * @param requests the requests to show
	 * @param access the rule that grants access
	 */
	public SlowRequestsServlet(SlowRequests requests, AccessRule access) {
		this.requests = requests;
		this.access = access;
	}

	@Override
	protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (!this.access.check(request, response)) {
			return;
		}
		Responses.secure(response);
		switch (request.getMethod()) {
			case "GET", "HEAD" -> get(request, response);
			default -> {
				response.setHeader("Allow", "GET, HEAD");
				Responses.refuse(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "only GET and HEAD");
			}
		}
	}

	private void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
		switch (Objects.requireNonNullElse(request.getPathInfo(), "")) {
			case "", "/" -> page(request, response);
			case "/" + Responses.STYLE_SHEET -> Responses.sendStyleSheet(SlowRequestsServlet.class, response);
			case "/" + PROFILE -> profile(request, response);
			default -> Responses.refuse(response, HttpServletResponse.SC_NOT_FOUND, "nothing here");
		}
	}

	private void page(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (!hasOnlyParameters(PARAMETERS, "parameters are format and live", request, response)) {
			return;
		}
		String formatName = parameter(request, "format");
		String live = parameter(request, "live");
		PageFormat format = (formatName != null) ? PageFormat.named(formatName)
				: PageFormat.negotiate(String.join(",", Collections.list(request.getHeaders("Accept"))));
		if (format == null) {
			Responses.refuse(response, HttpServletResponse.SC_BAD_REQUEST, "format is html, json or text");
		}
		else if (live != null && !LiveStack.isId(live)) {
			Responses.refuse(response, HttpServletResponse.SC_BAD_REQUEST, "live is the id of a running request");
		}
		else {
			response.setContentType(format.contentType());
			response.setHeader("Vary", "Accept");
			write(this.requests.view(live), format, request, response.getWriter());
		}
	}

	/** Refuses a request with other parameters or a malformed query. */
	private static boolean hasOnlyParameters(Set<String> allowed, String explanation, HttpServletRequest request,
			HttpServletResponse response) throws IOException {
		try {
			if (request.getQueryString() == null
					|| allowed.containsAll(Collections.list(request.getParameterNames()))) {
				return true;
			}
			Responses.refuse(response, HttpServletResponse.SC_BAD_REQUEST, explanation);
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			Responses.refuse(response, HttpServletResponse.SC_BAD_REQUEST, "malformed query");
		}
		return false;
	}

	/** Without a query, does not look for the parameter in a form. */
	private static @Nullable String parameter(HttpServletRequest request, String name) {
		return (request.getQueryString() != null) ? request.getParameter(name) : null;
	}

	private static void write(RequestsView view, PageFormat format, HttpServletRequest request, PrintWriter out) {
		switch (format) {
			case HTML -> new HtmlPage(out).write(view, style(request));
			case JSON -> new JsonPage(out).write(view);
			case TEXT -> new TextPage(out).write(view);
		}
	}

	/** Relative, so that it works with any prefix of the path. */
	private static String style(HttpServletRequest request) {
		String path = request.getServletPath();
		return (request.getPathInfo() == null) ? path.substring(path.lastIndexOf('/') + 1) + "/" + Responses.STYLE_SHEET
				: Responses.STYLE_SHEET;
	}

	/** Ignores {@code seconds}, which {@code go tool pprof -seconds} sends. */
	private void profile(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (!hasOnlyParameters(PROFILE_PARAMETERS, "the profile has no parameter but seconds", request, response)) {
			return;
		}
		response.setContentType("application/octet-stream");
		response.setHeader("Content-Disposition", "attachment; filename=\"" + PROFILE + "\"");
		this.requests.writeProfile(response.getOutputStream());
	}

}
