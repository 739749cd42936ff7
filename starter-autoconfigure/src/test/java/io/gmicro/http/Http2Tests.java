package io.gmicro.http;

import java.util.Map;

import io.gmicro.testing.Container;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client of HTTP/2 that resets its streams.
 */
class Http2Tests {

	private static final int STREAMS = 200;

	/** Containers close a connection with too many of them. */
	private static final int PER_CONNECTION = 2;

	@ParameterizedTest
	@EnumSource
	void whenStreamsAreResetNoneStaysActive(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, KindsApplication.class, KindsApplication.PROPERTIES)) {
			for (int i = 0; i < STREAMS / PER_CONNECTION; i++) {
				Senders.resetStreams(server, PER_CONNECTION);
			}
			Awaitility.await().untilAsserted(() -> {
				Samples samples = server.scrape();
				assertThat(samples.sum("http_server_active_requests")).isZero();
				assertThat(Recorded.of(samples, "http_server_responses_total"))
					.isEqualTo(Map.of("GET /endless 499", (double) STREAMS));
			});
		}
	}

}
