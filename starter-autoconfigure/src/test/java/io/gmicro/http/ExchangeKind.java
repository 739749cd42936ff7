package io.gmicro.http;

import java.util.List;
import java.util.Set;

import io.gmicro.testing.TestServer;

import static io.gmicro.http.Senders.authenticated;
import static io.gmicro.http.Senders.get;
import static io.gmicro.http.Senders.gone;
import static io.gmicro.http.Senders.raw;

/**
 * One way in which a request can begin and end. Not among them is a client that leaves an
 * asynchronous stream: Tomcat now and then never completes that, with or without gmicro,
 * so that there is no end to record. {@link LongLivedTests} has it.
 *
 * @param sender sends it and sees it end
 * @param series method, route and status that must be recorded; one of them, if a race or
 * the container decides
 * @param requests how many requests it is
 * @param timed whether it has a duration
 * @param leastSeconds what it takes at least
 */
record ExchangeKind(Sender sender, Set<String> series, int requests, boolean timed, double leastSeconds) {

	/**
	 * Sends requests.
	 */
	interface Sender {

		void send(TestServer server) throws Exception;

	}

	static List<ExchangeKind> all() {
		return List.of(
				// Answered on the thread it came in on
				kind(get("/text", 200), "GET /text 200"), kind(get("/redirect", 302), "GET /redirect 302"),
				kind(get("/style.css", 200), "GET /** 200"), kind(get("/nothing/here", 404), "GET NOT_FOUND 404"),
				kind(raw("DELETE", "/text", 405), "DELETE /text 405"),
				kind(raw("PURGE", "/text", 400), "_OTHER /text 400"), kind(get("/teapot", 418), "GET /teapot 418"),
				kind(Senders::forward, "GET /large 200"), kind(get("/include", 200), "GET /include 200"),
				kind(get("/fn/1", 200), "GET /fn/{id} 200"), kind(get("/fn/1/fails", 500), "GET /fn/{id}/fails 500"),
				kind(Senders::upload, "POST /upload 200"), kind(Senders::expectContinue, "POST /echo 200"),
				kind(Senders::pipelined, "GET /text 200").times(Senders.PIPELINED),
				// Failed
				kind(get("/fails", 500), "GET /fails 500"),
				// The status of the container's access log
				kind(raw("GET", "/fails/committed", 200), "GET /fails/committed 200", "GET /fails/committed 500"),
				kind(get("/overflow", 500), "GET /overflow 500"), kind(get("/exhausted", 500), "GET /exhausted 500"),
				// Answered by Spring Security and its firewall
				kind(get("/private/1", 401), "GET /private/{id} 401"),
				kind(get("/private/none/here", 401), "GET UNKNOWN 401"),
				kind(authenticated("/private/1", 200), "GET /private/{id} 200"),
				kind(authenticated("/admin/1", 403), "GET /admin/{id} 403"),
				kind(raw("GET", "/text;x=1", 400), "GET /text 400"),
				// Asynchronous
				kind(get("/callable", 200), "GET /callable 200"),
				kind(get("/callable/fails", 500), "GET /callable/fails 500"),
				kind(get("/future", 200), "GET /future 200"), kind(get("/future/fails", 500), "GET /future/fails 500"),
				kind(get("/deferred", 200), "GET /deferred 200"),
				kind(get("/deferred/fails", 500), "GET /deferred/fails 500"),
				kind(get("/deferred/timeout", 503), "GET /deferred/timeout 503")
					.atLeast(KindsApplication.TIMEOUT_MILLIS),
				kind(get("/async/twice", 200), "GET /async/twice 200"),
				kind(get("/async/dispatched", 200), "GET /async/dispatched 200"),
				kind(get("/async/fails", 500), "GET /async/fails 500"),
				kind(get("/async/refused", 409), "GET /async/refused 409"),
				kind(get("/async/timeout", 500), "GET /async/timeout 500").atLeast(KindsApplication.TIMEOUT_MILLIS),
				kind(get("/stream", 200), "GET /stream 200"),
				kind(raw("GET", "/stream/fails", 200), "GET /stream/fails 200", "GET /stream/fails 500"),
				// Long-lived
				kind(get("/events", 200), "GET /events 200").untimed(),
				kind(get("/fn/events", 200), "GET /fn/events 200").untimed(),
				kind(get("/lines", 200), "GET /lines 200").untimed(),
				kind(Senders::upgrade, "GET /upgrade 101").untimed(),
				kind(Senders::webSocket, "GET /socket 101").untimed(),
				// The client went away
				kind(Senders::goneBeforeTheBody, "POST /echo 499"), kind(gone("/endless"), "GET /endless 499"),
				kind(Senders::resetStream, "GET /endless 499"),
				// The servlet API does not tell that the client has gone
				kind(gone("/deferred/never"), "GET /deferred/never 503", "GET /deferred/never 499")
					.atLeast(KindsApplication.TIMEOUT_MILLIS));
	}

	private static ExchangeKind kind(Sender sender, String... series) {
		return new ExchangeKind(sender, Set.of(series), 1, true, 0);
	}

	private ExchangeKind times(int requests) {
		return new ExchangeKind(this.sender, this.series, requests, this.timed, this.leastSeconds);
	}

	private ExchangeKind untimed() {
		return new ExchangeKind(this.sender, this.series, this.requests, false, this.leastSeconds);
	}

	private ExchangeKind atLeast(long millis) {
		return new ExchangeKind(this.sender, this.series, this.requests, this.timed, millis / 1e3);
	}

	@Override
	public String toString() {
		return String.join(" or ", this.series);
	}

}
