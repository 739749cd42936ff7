package io.gmicro.compatibility;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * The one place for what cannot be the same on every container, each with its reason.
 */
final class Deviations {

	private Deviations() {
	}

	static int status(Probe probe, Container container) {
		// Jetty keeps the first error, Tomcat the last.
		if (probe.path().equals("/refused-then-failed") && container == Container.JETTY) {
			return 409;
		}
		return probe.status();
	}

	/**
	 * The size of a body as it must be recorded.
	 * @param probe what was sent
	 * @param container what answered
	 * @param response what was received
	 * @return the size, or nothing if it is not recorded
	 */
	static OptionalInt bodySize(Probe probe, Container container, HttpResponse<byte[]> response) {
		// Tomcat counts the characters that went through a writer, not their bytes.
		if (probe.path().equals("/accents") && container.isTomcat()) {
			return OptionalInt.of(new String(response.body(), StandardCharsets.UTF_8).length());
		}
		// Tomcat 11 does not tell a forward that was refused without a body from one
		// whose error page is still to come.
		if (probe.path().equals("/forward/nothing") && container == Container.TOMCAT_11) {
			return OptionalInt.empty();
		}
		return OptionalInt.of(response.body().length);
	}

	static int statusAfterABrokenResponse(Container container) {
		// Tomcat writes 500 to its access log, Jetty what was sent.
		return container.isTomcat() ? 500 : 200;
	}

	static boolean endsEveryBrokenStream(Container container) {
		// Now and then Tomcat never completes an asynchronous request whose client went
		// away, with or without gmicro: its own shutdown waits for it in vain.
		return !container.isTomcat();
	}

}
