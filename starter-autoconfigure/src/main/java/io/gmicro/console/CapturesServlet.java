package io.gmicro.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.gmicro.capture.Capture;
import io.gmicro.capture.Captures;
import io.gmicro.diagnostics.AccessRule;
import io.gmicro.diagnostics.Escape;
import io.gmicro.diagnostics.Responses;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Lists the captures, serves each as a zip file, and makes one on POST, at most every ten
 * seconds. Access is checked first, and a POST of another site is refused. Thread-safe.
 */
public final class CapturesServlet extends HttpServlet {

	private static final long serialVersionUID = 1L;

	private static final long INTERVAL_SECONDS = 10;

	private static final int TOO_MANY_REQUESTS = 429;

	private final transient Captures captures;

	private final transient AccessRule access;

	private final AtomicLong next = new AtomicLong(System.nanoTime());

	/**
	 * Create a servlet.
	 * @param captures the captures
	 * @param access the rule that grants access
	 */
	public CapturesServlet(Captures captures, AccessRule access) {
		this.captures = captures;
		this.access = access;
	}

	@Override
	protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (!this.access.check(request, response)) {
			return;
		}
		Responses.secure(response);
		String path = Objects.requireNonNullElse(request.getPathInfo(), "");
		boolean page = path.isEmpty() || path.equals("/");
		switch (request.getMethod()) {
			case "GET", "HEAD" -> get(page ? "" : path.substring(1), request, response);
			case "POST" -> {
				if (page) {
					capture(request, response);
				}
				else {
					refuseMethod("GET, HEAD", response);
				}
			}
			default -> refuseMethod(page ? "GET, HEAD, POST" : "GET, HEAD", response);
		}
	}

	private static void refuseMethod(String allowed, HttpServletResponse response) throws IOException {
		response.setHeader("Allow", allowed);
		Responses.refuse(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "only " + allowed);
	}

	private void get(String name, HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (name.isEmpty()) {
			page(request, response);
		}
		else if (name.equals(Responses.STYLE_SHEET)) {
			Responses.sendStyleSheet(CapturesServlet.class, response);
		}
		else {
			download(name, response);
		}
	}

	private void page(HttpServletRequest request, HttpServletResponse response) throws IOException {
		List<Capture> kept = this.captures.list();
		response.setContentType("text/html;charset=utf-8");
		response.setHeader("Content-Security-Policy",
				Responses.CONTENT_SECURITY_POLICY.replace("form-action 'none'", "form-action 'self'"));
		write(kept, base(request), response.getWriter());
	}

	private static void write(List<Capture> kept, String base, PrintWriter out) {
		out.append(Responses.head("Captures", base + Responses.STYLE_SHEET)).append("""
				<header>
				<h1>Captures</h1>
				<p>Profiles, threads, requests and metrics of the moments when something went wrong.</p>
				<form method="post"><button type="submit">Capture now</button></form>
				</header>
				<main>
				""");
		if (kept.isEmpty()) {
			out.append("<p class=\"empty\">Nothing was captured.</p>\n");
		}
		else {
			out.append("""
					<table>
					<thead><tr><th scope="col">Time</th><th scope="col">Reason</th><th scope="col">Size</th>\
					<th scope="col">Download</th></tr></thead>
					<tbody>
					""");
			for (Capture capture : kept) {
				String name = Escape.html(capture.name());
				out.append("<tr><td><time>" + capture.time() + "</time></td><td>" + capture.reason().lowerCaseName()
						+ "</td><td class=\"number\">" + (capture.size() >> 10) + " kB</td><td><a href=\"" + base + name
						+ "\">" + name + "</a></td></tr>\n");
			}
			out.append("</tbody>\n</table>\n");
		}
		out.append("</main>\n</body>\n</html>\n");
	}

	/** Relative, so that it works with any prefix of the path. */
	private static String base(HttpServletRequest request) {
		String path = request.getServletPath();
		return (request.getPathInfo() == null) ? path.substring(path.lastIndexOf('/') + 1) + "/" : "";
	}

	private void download(String name, HttpServletResponse response) throws IOException {
		byte[] zip;
		try {
			zip = this.captures.read(name);
		}
		catch (IOException ex) {
			Responses.refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE,
					"the directory gmicro.captures.directory cannot be read");
			return;
		}
		if (zip == null) {
			Responses.refuse(response, HttpServletResponse.SC_NOT_FOUND, "no such capture");
			return;
		}
		response.setContentType("application/zip");
		response.setHeader("Content-Disposition", "attachment; filename=\"" + name + "\"");
		response.setContentLength(zip.length);
		response.getOutputStream().write(zip);
	}

	private void capture(HttpServletRequest request, HttpServletResponse response) throws IOException {
		long now = System.nanoTime();
		long due = this.next.get();
		if (now - due < 0 || !this.next.compareAndSet(due, now + TimeUnit.SECONDS.toNanos(INTERVAL_SECONDS))) {
			response.setHeader("Retry-After", String.valueOf(INTERVAL_SECONDS));
			Responses.refuse(response, TOO_MANY_REQUESTS, "one capture in " + INTERVAL_SECONDS + " seconds");
			return;
		}
		try {
			this.captures.capture();
		}
		catch (IOException ex) {
			Responses.refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "the capture failed");
			return;
		}
		String path = request.getServletPath();
		response.setStatus(HttpServletResponse.SC_SEE_OTHER);
		response.setHeader("Location",
				(request.getPathInfo() == null) ? path.substring(path.lastIndexOf('/') + 1) : "./");
	}

}
