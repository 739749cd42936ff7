package io.gmicro.pprof;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;

import io.gmicro.diagnostics.AccessRule;
import io.gmicro.diagnostics.Responses;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.recorder.ProfileHistory;
import io.gmicro.recorder.ProfileKind;
import io.gmicro.recorder.Profiler;
import io.gmicro.recorder.ThreadDump;
import io.gmicro.recorder.TraceRecording;
import io.gmicro.recorder.VirtualThreads;
import io.gmicro.wall.WallProfiles;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Serves profiles of this process like Go's {@code net/http/pprof}, with the same paths,
 * parameters, defaults, statuses, headers and texts, so that Go's tools and scrapers can
 * read them. Register it for a path and for everything below. Thread-safe.
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

	private final @Nullable WallProfiles wall;

	private final PprofSettings settings;

	private final AccessRule access;

	/**
	 * Creates a servlet.
	 * @param profiler collects the profiles
	 * @param wall the samples of requests and calls, or {@code null} if there are none
	 * @param settings the settings
	 * @param access decides which requests are allowed
	 */
	public PprofServlet(Profiler profiler, @Nullable WallProfiles wall, PprofSettings settings, AccessRule access) {
		this.profiler = profiler;
		this.wall = wall;
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
			requireMethod(request.getMethod(), path);
			serve(path, request, response);
		}
		catch (ProfilingException ex) {
			refuse(response, ex.status(), Objects.requireNonNull(ex.getMessage()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "interrupted");
		}
		// The JDK reports a lack of memory as either
		catch (OutOfMemoryError | InternalError ex) {
			refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "there is not enough memory");
		}
	}

	private static void requireMethod(String method, String path) throws ProfilingException {
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
			case "/profile" -> cpu(query, response);
			case "/trace" -> trace(query, response);
			case "/wall", "/fgprof" -> wall(path.substring(1), query, response);
			case "/flamegraph" -> flameGraph(query, response);
			default -> named(path.substring(1), query, response);
		}
	}

	/** Relative, as a proxy may add a prefix to the path. */
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
				this.wall != null, history(), this.access::authorize);
	}

	private ProfileHistory.@Nullable State history() {
		ProfileHistory history = this.profiler.history();
		return (history != null) ? history.state() : null;
	}

	private void commandLine(HttpServletResponse response) throws IOException {
		text(response).print(
				String.join("\0", CommandLine.of(System.getProperty("sun.java.command"), this.settings.arguments())));
	}

	/** Profiles contain their function names, so there are no symbols to look up. */
	private static void symbol(HttpServletResponse response) throws IOException {
		text(response).print("num_symbols: 1\n");
	}

	private void cpu(ProfileQuery query, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		ProfileSource recent = recent(ProfileKind.PROFILE, query);
		if (recent != null) {
			send(recent, "profile", query, response);
		}
		else {
			watch(ProfileKind.PROFILE, query.seconds(PROFILE_SECONDS), "profile", query, response);
		}
	}

	private void send(ProfileSource recent, String fileName, ProfileQuery query, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		attach(fileName, response);
		if (query.isGet()) {
			download(response).profile(recent, Duration.ZERO);
		}
	}

	private void watch(ProfileKind kind, long seconds, String fileName, ProfileQuery query,
			HttpServletResponse response) throws IOException, ProfilingException, InterruptedException {
		attach(fileName, response);
		if (query.isGet()) {
			download(response).profile(recorded(kind, query), Duration.ofSeconds(seconds));
		}
	}

	private void wall(String fileName, ProfileQuery query, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		WallSource source = wall(query);
		Duration duration = duration(source, PROFILE_SECONDS, query);
		if (query.folded()) {
			response.setContentType(Responses.TEXT);
			if (query.isGet()) {
				download(response).folded(source, duration);
			}
		}
		else {
			attach(fileName, response);
			if (query.isGet()) {
				download(response).profile(source, duration);
			}
		}
	}

	private WallSource wall(ProfileQuery query) throws ProfilingException {
		if (this.wall == null) {
			throw new ProfilingException(HttpServletResponse.SC_NOT_IMPLEMENTED, ProfilePage.NO_SAMPLES);
		}
		return new WallSource(this.profiler, this.wall, query.filter(), query.past(WallProfiles.HISTORY));
	}

	/** A profile of the past, or {@code null} if none is requested. */
	private @Nullable ProfileSource recent(ProfileKind kind, ProfileQuery query) throws ProfilingException {
		if (!query.isOfPast()) {
			return null;
		}
		ProfileHistory history = this.profiler.history();
		if (!ProfileHistory.contains(kind)) {
			throw new ProfilingException(HttpServletResponse.SC_BAD_REQUEST,
					"only profile, allocs, mutex, block and wall are kept");
		}
		if (history == null) {
			throw new ProfilingException(HttpServletResponse.SC_FORBIDDEN, ProfilePage.NO_HISTORY);
		}
		this.profiler.ensureRunning();
		query.requirePlain();
		return new ProfileSource.Recorded(this.profiler, kind, query.options(), query.past(history.keep()));
	}

	/** Zero for a time span of the past. */
	private static Duration duration(WallSource source, int defaultSeconds, ProfileQuery query)
			throws ProfilingException {
		return (source.past() != null) ? Duration.ZERO : Duration.ofSeconds(query.strictSeconds(defaultSeconds));
	}

	private void trace(ProfileQuery query, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		requireEnabled(ProfilePage.TRACE);
		Duration duration = Duration.ofMillis(query.traceMillis());
		this.profiler.ensureRunning();
		TraceRecording.requireJava();
		attach("trace.jfr", response);
		if (query.isGet()) {
			download(response).trace(duration);
		}
	}

	private void flameGraph(ProfileQuery query, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		response.setContentType("text/html; charset=utf-8");
		if (query.isWall()) {
			WallSource source = wall(query);
			Duration duration = duration(source, FLAME_GRAPH_SECONDS, query);
			if (query.isGet()) {
				download(response).flameGraph(source, duration);
			}
			return;
		}
		ProfileKind kind = query.profile();
		ProfileSource recent = recent(kind, query);
		if (recent != null) {
			if (query.isGet()) {
				download(response).flameGraph(recent, Duration.ZERO);
			}
			return;
		}
		long seconds = (kind == ProfileKind.PROFILE) ? query.seconds(FLAME_GRAPH_SECONDS) : query.deltaSeconds();
		if (seconds == 0) {
			requireNoLabels(query);
		}
		if (query.isGet()) {
			download(response).flameGraph(recorded(kind, query), Duration.ofSeconds(seconds));
		}
	}

	private void named(String name, ProfileQuery query, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		ProfileKind kind = ProfileKind.named(name);
		if (kind == null || kind == ProfileKind.PROFILE) {
			throw new ProfilingException(HttpServletResponse.SC_NOT_FOUND, "Unknown profile");
		}
		requireEnabled(ProfilePage.valueOf(kind.name()));
		ProfileSource recent = recent(kind, query);
		if (recent != null) {
			send(recent, name, query, response);
			return;
		}
		long seconds = query.deltaSeconds();
		if (seconds > 0) {
			watch(kind, seconds, name + "-delta", query, response);
		}
		else if (query.debug() != 0) {
			requireNoLabels(query);
			response.setContentType(Responses.TEXT);
			if (query.isGet()) {
				text(kind, query, response);
			}
		}
		else {
			requireNoLabels(query);
			attach(name, response);
			if (query.isGet()) {
				kind.now(this.profiler, query.options()).writeTo(response.getOutputStream());
			}
		}
	}

	private void text(ProfileKind kind, ProfileQuery query, HttpServletResponse response)
			throws IOException, ProfilingException, InterruptedException {
		if (kind != ProfileKind.GOROUTINE || query.debug() < FULL_STACKS) {
			LegacyText.write(kind, kind.now(this.profiler, query.options()), text(response));
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

	private Download download(HttpServletResponse response) {
		return new Download(this.profiler, response);
	}

	/** The lack of JFR is reported before invalid parameters. */
	private ProfileSource recorded(ProfileKind kind, ProfileQuery query) throws ProfilingException {
		if (kind != ProfileKind.GOROUTINE && kind != ProfileKind.HEAP) {
			this.profiler.ensureRunning();
		}
		return new ProfileSource.Recorded(this.profiler, kind, query.options(), null);
	}

	private void requireEnabled(ProfilePage page) throws ProfilingException {
		String off = page.off(this.settings, this.wall != null);
		if (off != null) {
			throw new ProfilingException(HttpServletResponse.SC_FORBIDDEN, off);
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
