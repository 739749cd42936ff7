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
	private static final int PER_CONNECTION = 5;

	@ParameterizedTest
	@EnumSource
	void whenStreamsAreResetNoneStaysActive(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, KindsApplication.class, KindsApplication.PROPERTIES)) {
			int answered = 0;
			for (int i = 0; i < STREAMS / PER_CONNECTION; i++) {
				answered += Senders.resetStreams(server, PER_CONNECTION);
			}
			assertThat(answered).isGreaterThan(STREAMS / 2);
			double least = answered;
			Awaitility.await().untilAsserted(() -> {
				Samples samples = server.scrape();
				assertThat(samples.sum("http_server_active_requests")).isZero();
				// Where the container closed the connection, one more than were answered
				Map<String, Double> recorded = Recorded.of(samples, "http_server_responses_total");
				assertThat(recorded).containsOnlyKeys("GET /endless 499");
				assertThat(Recorded.sum(recorded)).isBetween(least, (double) STREAMS);
			});
		}
	}

}
