package io.gmicro.pprof;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;

import io.gmicro.diagnostics.AccessRule;
import io.gmicro.diagnostics.Responses;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import io.gmicro.recorder.ProfileKind;
import io.gmicro.recorder.Profiler;
import io.gmicro.recorder.ThreadDump;
import io.gmicro.recorder.TraceRecording;
import io.gmicro.recorder.VirtualThreads;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Serves profiles of this process in the way of Go's {@code net/http/pprof}: the same
 * paths, parameters, defaults, statuses, headers and texts, so that Go's tools and
 * scrapers take it for a Go process. Register it for a path and for everything below.
 * Thread-safe.
 *
 * @see <a href="https://pkg.go.dev/net/http/pprof">net/http/pprof</a>
 */
@SuppressWarnings("serial")
public final class PprofServlet extends HttpServlet {

	private static final int PROFILE_SECONDS = 30;

	private static final int FLAME_GRAPH_SECONDS = 5;

	private static final int FULL_STACKS = 2;

	private static final String BINARY = "application/octet-stream";

	private final Profiler profiler;

	private final PprofSettings settings;

	private final AccessRule access;

	/**
	 * Create a servlet.
	 * @param profiler who collects the profiles
	 * @param settings what they may do and show
	 * @param access who may ask for them
	 */
	public PprofServlet(Profiler profiler, PprofSettings settings, AccessRule access) {
		this.profiler = profiler;
		this.settings = settings;
		this.access = access;
	}

	@Override
	protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (!this.access.check(request, response)) {
			return;
		}
		try {
			String path = Objects.requireNonNullElse(request.getPathInfo(), "");
			Responses.secure(response);
			requireMethod(request, response, path);
			serve(path, request, response);
		}
		catch (ProfilingException ex) {
			refuse(response, ex.status(), Objects.requireNonNull(ex.getMessage()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "interrupted");
		}
		// The JDK's own code reports a lack of memory as either
		catch (OutOfMemoryError | InternalError ex) {
			refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "there is not enough memory");
		}
	}

	private static void requireMethod(HttpServletRequest request, HttpServletResponse response, String path)
			throws ProfilingException {
		String method = request.getMethod();
		boolean post = path.equals("/symbol");
		if (!method.equals("GET") && !method.equals("HEAD") && !(post && method.equals("POST"))) {
			throw new ProfilingException(HttpServletResponse.SC_METHOD_NOT_ALLOWED,
					post ? "only GET, HEAD and POST" : "only GET and HEAD");
		}
	}

	private void serve(String path, HttpServletRequest request, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		ProfileQuery query = new ProfileQuery(request, this.settings);
		query.requireKnown(path);
		switch (path) {
			case "" -> redirect(request, response);
			case "/" -> index(request, response);
			case "/" + Responses.STYLE_SHEET -> Responses.sendStyleSheet(PprofServlet.class, response);
			case "/cmdline" -> commandLine(response);
			case "/symbol" -> symbol(response);
			case "/profile" -> cpu(query, request, response);
			case "/trace" -> trace(query, request, response);
			case "/flamegraph" -> flameGraph(query, request, response);
			default -> named(path.substring(1), query, request, response);
		}
	}

	/** Relative, so that it does not matter under which prefix this is served. */
	private static void redirect(HttpServletRequest request, HttpServletResponse response) {
		String path = request.getServletPath();
		String query = request.getQueryString();
		response.setStatus(HttpServletResponse.SC_MOVED_PERMANENTLY);
		response.setHeader("Location",
				path.substring(path.lastIndexOf('/') + 1) + "/" + ((query != null) ? "?" + query : ""));
	}

	private void index(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setContentType("text/html; charset=utf-8");
		IndexPage.write(response.getWriter(), request.getRequestURL().toString(), Responses.STYLE_SHEET, this.settings,
				this.access::authorize);
	}

	private void commandLine(HttpServletResponse response) throws IOException {
		text(response).print(
				String.join("\0", CommandLine.of(System.getProperty("sun.java.command"), this.settings.arguments())));
	}

	/**
	 * Profiles name their functions themselves, so there are symbols, but none to add.
	 */
	private static void symbol(HttpServletResponse response) throws IOException {
		text(response).print("num_symbols: 1\n");
	}

	private void cpu(ProfileQuery query, HttpServletRequest request, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		watch(ProfileKind.PROFILE, query.seconds(PROFILE_SECONDS), "profile", query, request, response);
	}

	private void watch(ProfileKind kind, long seconds, String fileName, ProfileQuery query, HttpServletRequest request,
			HttpServletResponse response) throws IOException, ProfilingException, InterruptedException {
		attach(fileName, response);
		if (isGet(request)) {
			new Download(this.profiler, response).profile(kind, options(kind, query), Duration.ofSeconds(seconds));
		}
	}

	private void trace(ProfileQuery query, HttpServletRequest request, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		require(this.settings.trace(), "gmicro.pprof.trace.enabled");
		Duration duration = Duration.ofMillis(query.traceMillis());
		this.profiler.cumulative();
		TraceRecording.requireJava();
		attach("trace.jfr", response);
		if (isGet(request)) {
			new Download(this.profiler, response).trace(duration);
		}
	}

	private void flameGraph(ProfileQuery query, HttpServletRequest request, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		ProfileKind kind = query.profile();
		long seconds = (kind == ProfileKind.PROFILE) ? query.seconds(FLAME_GRAPH_SECONDS) : query.deltaSeconds();
		if (seconds == 0) {
			requireNoLabels(query);
		}
		response.setContentType("text/html; charset=utf-8");
		if (isGet(request)) {
			new Download(this.profiler, response).flameGraph(kind, options(kind, query), Duration.ofSeconds(seconds));
		}
	}

	private void named(String name, ProfileQuery query, HttpServletRequest request, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		ProfileKind kind = ProfileKind.named(name);
		if (kind == null || kind == ProfileKind.PROFILE) {
			throw new ProfilingException(HttpServletResponse.SC_NOT_FOUND, "Unknown profile");
		}
		require(kind != ProfileKind.HEAP || this.settings.heap(), "gmicro.pprof.heap.enabled");
		long seconds = query.deltaSeconds();
		if (seconds > 0) {
			watch(kind, seconds, name + "-delta", query, request, response);
		}
		else if (query.debug() != 0) {
			requireNoLabels(query);
			response.setContentType(Responses.TEXT);
			if (isGet(request)) {
				text(kind, query, response);
			}
		}
		else {
			requireNoLabels(query);
			attach(name, response);
			if (isGet(request)) {
				kind.now(this.profiler, query.options()).writeTo(response.getOutputStream());
			}
		}
	}

	private void text(ProfileKind kind, ProfileQuery query, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		if (kind != ProfileKind.GOROUTINE || query.debug() < FULL_STACKS) {
			Profile profile = kind.now(this.profiler, query.options());
			LegacyText.of(kind).write(kind.lowerCaseName(), profile, text(response));
		}
		else if (query.virtual()) {
			this.profiler.oneAtATime(() -> {
				VirtualThreads.write(response.getOutputStream());
				return true;
			});
		}
		else {
			ThreadDump.write(text(response));
		}
	}

	/** Where there is no recorder, that is said first. */
	private ProfileKind.Options options(ProfileKind kind, ProfileQuery query) throws ProfilingException {
		if (kind != ProfileKind.GOROUTINE && kind != ProfileKind.HEAP) {
			this.profiler.cumulative();
		}
		return query.options();
	}

	private static boolean isGet(HttpServletRequest request) {
		return request.getMethod().equals("GET");
	}

	private static void require(boolean enabled, String property) throws ProfilingException {
		if (!enabled) {
			throw new ProfilingException(HttpServletResponse.SC_FORBIDDEN, property + "=false");
		}
	}

	private static void requireNoLabels(ProfileQuery query) throws ProfilingException {
		if (!query.labels().isEmpty()) {
			throw new ProfilingException(HttpServletResponse.SC_BAD_REQUEST, "labels need seconds");
		}
	}

	private static PrintWriter text(HttpServletResponse response) throws IOException {
		response.setContentType(Responses.TEXT);
		return response.getWriter();
	}

	private static void attach(String fileName, HttpServletResponse response) {
		response.setContentType(BINARY);
		response.setHeader("Content-Disposition", "attachment; filename=\"" + fileName + "\"");
	}

	private static void refuse(HttpServletResponse response, int status, String reason) throws IOException {
		if (response.isCommitted()) {
			throw new IOException(reason);
		}
		response.reset();
		Responses.secure(response);
		response.setHeader("X-Go-Pprof", "1");
		if (status == HttpServletResponse.SC_METHOD_NOT_ALLOWED) {
			response.setHeader("Allow", reason.contains("POST") ? "GET, HEAD, POST" : "GET, HEAD");
		}
		Responses.refuse(response, status, reason);
	}

}
