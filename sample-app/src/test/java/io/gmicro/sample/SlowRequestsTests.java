package io.gmicro.sample;

import java.net.http.HttpResponse;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A request of the sample is seen while it is slow, and told of when it is over.
 */
class SlowRequestsTests {

	private static final String[] PROPERTIES = { "gmicro.http.slow-requests.threshold=1s",
			"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.diagnostics.access=unrestricted" };

	@Test
	void slowRequestIsSeenAndTold() throws Exception {
		seenAndTold(SampleServer.startWith(PROPERTIES));
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void slowRequestOnVirtualThreadIsSeenAndTold() throws Exception {
		seenAndTold(SampleServer.startWith(PROPERTIES[0], PROPERTIES[1], PROPERTIES[2],
				"spring.threads.virtual.enabled=true"));
	}

	private static void seenAndTold(SampleServer server) throws Exception {
		try (SampleServer sample = server) {
			seenAndTold(sample, "/slow", "BlockingController.slow", "BlockingController.java");
			seenAndTold(sample, "/contend", "ContendedLock.takeTurns", "ContendedLock.java");
			assertThat(sample.scrape().sum("http_server_slow_requests_total")).isEqualTo(2);
		}
	}

	private static void seenAndTold(SampleServer sample, String path, String method, String file) throws Exception {
		FutureTask<HttpResponse<String>> request = new FutureTask<>(() -> sample.get(path + "?millis=3000"));
		new Thread(request).start();
		String id = await().atMost(10, TimeUnit.SECONDS)
			.until(() -> idOfRunning(sample.get("/debug/requests?format=text").body(), path),
					(found) -> !found.isEmpty());
		assertThat(sample.get("/debug/requests?format=text&live=" + id).body()).contains(method);
		assertThat(request.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
		await().atMost(10, TimeUnit.SECONDS)
			.untilAsserted(() -> assertThat(told(sample.get("/debug/requests?format=text").body()))
				.contains(path + ", slowest 3.", method, file));
	}

	/** The id of a request that is past its threshold, from its link to its stack. */
	private static String idOfRunning(String page, String path) {
		String running = page.substring(0, page.indexOf("Slow:"));
		int start = running.indexOf("GET " + path + ",");
		if (start < 0 || !running.substring(start).lines().findFirst().orElse("").contains("past its threshold")) {
			return "";
		}
		return running.substring(running.indexOf("live=", start) + "live=".length()).lines().findFirst().orElse("");
	}

	private static String told(String page) {
		return page.substring(page.indexOf("Slow:"));
	}

}
