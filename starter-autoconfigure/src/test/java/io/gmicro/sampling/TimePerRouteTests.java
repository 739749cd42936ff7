package io.gmicro.sampling;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import io.gmicro.slow.RequestsView;
import io.gmicro.slow.SlowRequests;
import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import io.gmicro.wall.WallProfiles;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The time of routes by activity in real containers.
 */
class TimePerRouteTests {

	private static final String TIME = "gmicro_http_server_time_seconds_total";

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final String SAMPLING = "gmicro.sampling.enabled=";

	private static final double ENOUGH = 0.2;

	@ParameterizedTest
	@EnumSource
	void timeOfRunningRequestsIsRecordedByRouteAndActivity(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, Application.class, ENABLED,
				"gmicro.sampling.activities.waiting=" + Waiting.class.getName())) {
			Application application = server.context().getBean(Application.class);
			Future<Integer> held = send(server, "/held/1");
			Future<Integer> later = send(server, "/later");
			Future<Integer> own = send(server, "/own");
			awaitTime(server, "/held/{id}", "other");
			awaitTime(server, "/later", "async");
			awaitTime(server, "/own", "waiting");
			application.release();
			assertThat(held.get(20, TimeUnit.SECONDS)).isEqualTo(200);
			assertThat(later.get(20, TimeUnit.SECONDS)).isEqualTo(200);
			assertThat(own.get(20, TimeUnit.SECONDS)).isEqualTo(200);
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void timeOfVirtualThreadsIsRecorded() throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, ENABLED,
				"spring.threads.virtual.enabled=true")) {
			Future<Integer> held = send(server, "/held/1");
			awaitTime(server, "/held/{id}", "other");
			server.context().getBean(Application.class).release();
			assertThat(held.get(20, TimeUnit.SECONDS)).isEqualTo(200);
		}
	}

	@Test
	void withoutSlowRequestsTimeIsStillRecorded() throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, ENABLED, SAMPLING + "true",
				"gmicro.http.slow-requests.enabled=false")) {
			Future<Integer> held = send(server, "/held/1");
			awaitTime(server, "/held/{id}", "other");
			server.context().getBean(Application.class).release();
			held.get(20, TimeUnit.SECONDS);
		}
	}

	@Test
	void whenSwitchedOffThereIsNoTime() throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, ENABLED, SAMPLING + "false",
				"gmicro.http.slow-requests.threshold=200ms")) {
			Future<Integer> held = send(server, "/held/1");
			SlowRequests slow = server.context().getBean(SlowRequests.class);
			Awaitility.await().until(() -> slow.view(null).running().stream().anyMatch(RequestsView.Running::isSlow));
			server.context().getBean(Application.class).release();
			held.get(20, TimeUnit.SECONDS);
			Awaitility.await().until(() -> !slow.view(null).slow().isEmpty());
			assertThat(server.scrape().of(TIME)).isEmpty();
			assertThat(server.context().getBeanNamesForType(WallProfiles.class)).isEmpty();
		}
	}

	private static void awaitTime(TestServer server, String route, String activity) {
		Awaitility.await().untilAsserted(() -> {
			Map<String, Double> time = server.scrape().of(TIME);
			assertThat(time).hasEntrySatisfying("activity=\"" + activity + "\",http_route=\"" + route + "\"",
					(seconds) -> assertThat(seconds).isGreaterThan(ENOUGH));
		});
	}

	private static Future<Integer> send(TestServer server, String path) {
		FutureTask<Integer> request = new FutureTask<>(() -> server.get(path).statusCode());
		new Thread(request).start();
		return request;
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		private final CountDownLatch released = new CountDownLatch(1);

		private final DeferredResult<String> later = new DeferredResult<>(0L);

		void release() {
			this.released.countDown();
			this.later.setResult("later");
		}

		@GetMapping("/held/{id}")
		String held(@PathVariable String id) throws InterruptedException {
			return id + this.released.await(1, TimeUnit.MINUTES);
		}

		@GetMapping("/later")
		DeferredResult<String> later() {
			return this.later;
		}

		@GetMapping("/own")
		String own() throws InterruptedException {
			return "own " + new Waiting().until(this.released);
		}

	}

	/** The application's own client of something. */
	static final class Waiting {

		boolean until(CountDownLatch released) throws InterruptedException {
			return released.await(1, TimeUnit.MINUTES);
		}

	}

}
