package io.gmicro.http;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import io.gmicro.testing.Container;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every {@link ExchangeKind} is recorded once, with the status the client saw, the right
 * route and a duration that is true, and is over afterwards.
 */
class ExchangeKindsTests {

	private static final int ROUNDS = 2;

	@ParameterizedTest
	@EnumSource
	void everyKindIsRecordedOnce(Container container) throws Exception {
		verify(container);
	}

	@ParameterizedTest
	@EnumSource
	@EnabledForJreRange(min = JRE.JAVA_21)
	void everyKindIsRecordedOnceOnVirtualThreads(Container container) throws Exception {
		verify(container, "spring.threads.virtual.enabled=true");
	}

	private static void verify(Container container, String... properties) throws Exception {
		String[] all = Stream.concat(Stream.of(KindsApplication.PROPERTIES), Stream.of(properties))
			.toArray(String[]::new);
		try (TestServer server = TestServer.start(container, KindsApplication.class, all)) {
			for (int round = 0; round < ROUNDS; round++) {
				for (ExchangeKind kind : ExchangeKind.all()) {
					verify(server, kind);
				}
			}
			int requests = ROUNDS * ExchangeKind.all().stream().mapToInt(ExchangeKind::requests).sum();
			// What a container reports late is not recorded again
			eventually().during(Duration.ofMillis(500)).untilAsserted(() -> {
				Recorded recorded = Recorded.of(server.scrape());
				assertThat(Recorded.sum(recorded.responses())).as("%s", recorded).isEqualTo(requests);
			});
			assertThat(server.scrape().sum("gmicro_observer_errors_total")).isZero();
		}
	}

	private static void verify(TestServer server, ExchangeKind kind) throws Exception {
		Recorded before = Recorded.of(server.scrape());
		long start = System.nanoTime();
		kind.sender().send(server);
		eventually().untilAsserted(() -> {
			Samples samples = server.scrape();
			double elapsed = (System.nanoTime() - start) / 1e9;
			Recorded recorded = Recorded.of(samples).since(before);
			Map<String, Double> responses = recorded.responses();
			assertThat(kind.series()).as("%s of %s", responses, kind).containsAll(responses.keySet());
			assertThat(Recorded.sum(responses)).as("%s of %s", responses, kind).isEqualTo(kind.requests());
			assertThat(recorded.durationCounts()).as("durations of %s", kind)
				.isEqualTo(kind.timed() ? responses : Map.of());
			assertThat(recorded.durationSums().values()).as("durations of %s", kind)
				.allSatisfy((sum) -> assertThat(sum).isBetween(kind.leastSeconds(), kind.requests() * elapsed));
			assertThat(samples.sum("http_server_active_requests")).as("in flight after %s", kind).isZero();
		});
	}

	private static ConditionFactory eventually() {
		return Awaitility.await()
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(10))
			.atMost(Duration.ofSeconds(20));
	}

}
