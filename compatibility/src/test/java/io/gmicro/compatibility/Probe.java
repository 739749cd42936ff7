package io.gmicro.compatibility;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One request and how it must be recorded, whatever serves it.
 *
 * @param method what is sent
 * @param path where to, below the context path
 * @param body what is sent along
 * @param chunked whether the length of the body is declared or not
 * @param status what the client sees and what is recorded
 * @param route what is recorded
 */
record Probe(String method, String path, String body, boolean chunked, int status, String route) {

	static final List<Probe> ALL = List.of(
			// Answered by Spring MVC at once
			of("GET", "/hello/7", 200, "/hello/{id}"), of("GET", "/hello/8?q=1", 200, "/hello/{id}"),
			of("HEAD", "/hello/7", 200, "/hello/{id}"), of("GET", "/fn/3", 200, "/fn/{id}"),
			of("HEAD", "/fn/3", 404, "NOT_FOUND"), of("GET", "/large", 200, "/large"),
			of("GET", "/empty", 204, "/empty"), of("GET", "/redirect", 302, "/redirect"),
			of("GET", "/gone", 410, "/gone"), of("GET", "/writer", 200, "/writer"),
			of("GET", "/accents", 200, "/accents"), of("GET", "/second-thoughts", 200, "/second-thoughts"),
			of("GET", "/not-modified", 304, "/not-modified"), of("GET", "/include", 200, "/include"),
			of("GET", "/forward/large", 200, "/large"), of("GET", "/forward/gone", 410, "/gone"),
			of("GET", "/forward/teapot", 418, "/teapot"), of("GET", "/forward/fail", 500, "/fail"),
			of("GET", "/nothing", 404, "/nothing"), of("GET", "/forward/nothing", 404, "/nothing"),
			of("POST", "/echo", 200, "/echo"), of("POST", "/echo", 200, "/echo").sending("some text", false),
			of("POST", "/echo", 200, "/echo").sending("some text", true),
			of("POST", "/echo", 200, "/echo").sending("much ".repeat(4000), false),
			// Static resources
			of("GET", "/a.txt", 200, "/**"), of("HEAD", "/a.txt", 200, "/**"),
			// Answered by the container's error page
			of("GET", "/fail", 500, "/fail"), of("HEAD", "/fail", 500, "/fail"),
			of("GET", "/conflict", 409, "/conflict"), of("GET", "/teapot", 418, "/teapot"),
			of("GET", "/written-then-failed", 500, "/written-then-failed"),
			of("GET", "/written-then-refused", 409, "/written-then-refused"),
			of("GET", "/status-then-failed/202", 500, "/status-then-failed/{status}"),
			of("GET", "/status-then-failed/404", 500, "/status-then-failed/{status}"),
			of("GET", "/refused-then-failed", 500, "/refused-then-failed"),
			of("GET", "/nothing-mapped", 404, "NOT_FOUND"), of("HEAD", "/nothing-mapped", 404, "NOT_FOUND"),
			of("GET", "/error", 500, "/error"), of("POST", "/hello/7", 405, "/hello/{id}").sending("unread", false),
			of("DELETE", "/hello/7", 405, "/hello/{id}"), of("OPTIONS", "/hello/7", 200, "/hello/{id}"),
			of("PURGE", "/hello/7", 405, "/hello/{id}"), of("get", "/hello/7", 405, "/hello/{id}"),
			// Answered before Spring MVC
			of("GET", "/gate/moved", 302, "REDIRECTION"), of("GET", "/gate/closed", 403, "UNKNOWN"),
			of("GET", "/hello/closed", 403, "/hello/{id}"), of("GET", "/fn/closed", 403, "/fn/{id}"),
			of("GET", "/gate/broken", 500, "UNKNOWN"),
			// Asynchronous
			of("GET", "/callable", 200, "/callable"), of("GET", "/callable/fail", 500, "/callable/fail"),
			of("GET", "/callable/conflict", 409, "/callable/conflict"),
			of("GET", "/callable/gone", 410, "/callable/gone"), of("GET", "/deferred", 200, "/deferred"),
			of("GET", "/deferred/ready", 200, "/deferred/ready"), of("GET", "/deferred/fail", 500, "/deferred/fail"),
			of("GET", "/deferred/fail/at-once", 500, "/deferred/fail/at-once"),
			of("GET", "/deferred/timeout", 503, "/deferred/timeout"), of("GET", "/stream", 200, "/stream"),
			of("GET", "/stream/fail", 500, "/stream/fail"), of("GET", "/events", 200, "/events"),
			of("GET", "/servlet/async", 200, "/servlet/async"), of("GET", "/servlet/at-once", 200, "/servlet/at-once"),
			of("GET", "/servlet/chained", 200, "/servlet/chained"));

	private static Probe of(String method, String path, int status, String route) {
		return new Probe(method, path, "", false, status, route);
	}

	private Probe sending(String body, boolean chunked) {
		return new Probe(this.method, this.path, body, chunked, this.status, this.route);
	}

	BodyPublisher publisher() {
		if (this.chunked) {
			return BodyPublishers
				.ofInputStream(() -> new ByteArrayInputStream(this.body.getBytes(StandardCharsets.UTF_8)));
		}
		return this.body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(this.body);
	}

	String methodLabel() {
		return switch (this.method) {
			case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE" -> this.method;
			default -> "_OTHER";
		};
	}

	String methodAndRoute() {
		return methodLabel() + " " + this.route;
	}

	/** Streams have no duration of their own. */
	boolean longLived() {
		return this.path.startsWith("/events");
	}

	boolean slow() {
		return this.path.endsWith("/timeout");
	}

}
