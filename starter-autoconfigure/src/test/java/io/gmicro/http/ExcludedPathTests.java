package io.gmicro.http;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.TestServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.servlet.http.HttpServletRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the actuator serves on the application's port is not recorded, and what the
 * application serves beside it is, whatever the spelling.
 */
class ExcludedPathTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final String AT_ROOT = "management.endpoints.web.base-path=/";

	private static final String EXPOSED = "management.endpoints.web.exposure.include=health,info,env";

	private static final String LAST = "/last";

	@ParameterizedTest
	@EnumSource
	void endpointsAtTheRootAreNotRecorded(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, ENABLED, AT_ROOT, EXPOSED,
				"management.endpoints.web.path-mapping.info=about", "management.endpoint.health.probes.enabled=true")) {
			assertThat(server.get("/health").statusCode()).isEqualTo(200);
			assertThat(server.get("/health/liveness").statusCode()).isEqualTo(200);
			assertThat(server.get("/health/none/such").statusCode()).isEqualTo(404);
			assertThat(server.get("/about").statusCode()).isEqualTo(200);
			assertThat(server.get("/env").statusCode()).isEqualTo(200);
			assertThat(server.get("/env/java.version").statusCode()).isEqualTo(200);
			for (String own : List.of("/", "/healthy", "/about/us", "/env/one/two", "/info")) {
				assertThat(server.get(own).statusCode()).as(own).isEqualTo(200);
			}
			assertThat(recorded(server)).containsExactlyInAnyOrder("/", "/healthy", "/about/us", "/env/one/two",
					"/info", LAST);
		}
	}

	@ParameterizedTest
	@EnumSource
	void endpointsBelowTheServletAreNotRecorded(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, ENABLED, AT_ROOT, EXPOSED,
				"spring.mvc.servlet.path=/api", "server.servlet.context-path=/app")) {
			assertThat(server.get("/app/api/health").statusCode()).isEqualTo(200);
			assertThat(server.get("/app/api/healthy").statusCode()).isEqualTo(200);
			server.get("/app/api" + LAST);
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(
						() -> assertThat(routes(server)).containsExactlyInAnyOrder("/app/healthy", "/app" + LAST));
		}
	}

	@ParameterizedTest
	@EnumSource
	void additionalPathsAreNotRecorded(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, ENABLED,
				"management.endpoint.health.probes.enabled=true",
				"management.endpoint.health.probes.add-additional-paths=true")) {
			assertThat(server.get("/livez").statusCode()).isEqualTo(200);
			assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
			assertThat(server.get("/actuator/none").statusCode()).isEqualTo(404);
			assertThat(server.get("/info").statusCode()).isEqualTo(200);
			assertThat(recorded(server)).containsExactlyInAnyOrder("/info", LAST);
		}
	}

	/** With a management port of its own, the main port has nothing but the probes. */
	@ParameterizedTest
	@EnumSource
	void onTheManagementPortEndpointsExcludeNothing(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, ENABLED,
				"management.endpoints.web.base-path=/env", EXPOSED, "management.server.port=0",
				"management.endpoint.health.probes.enabled=true",
				"management.endpoint.health.probes.add-additional-paths=true")) {
			assertThat(server.get("/livez").statusCode()).isEqualTo(200);
			assertThat(server.get("/env/one/two").statusCode()).isEqualTo(200);
			assertThat(server.get("/info").statusCode()).isEqualTo(200);
			assertThat(recorded(server)).containsExactlyInAnyOrder("/env/one/two", "/info", LAST);
		}
	}

	/** The defaults, but set: no more is excluded than what they name. */
	@ParameterizedTest
	@EnumSource
	void whatIsSetIsSet(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, ENABLED,
				"management.endpoints.web.base-path=/manage", EXPOSED,
				"gmicro.http.exclude-paths=/metrics,/debug/**,/actuator/**")) {
			assertThat(server.get("/manage/health").statusCode()).isEqualTo(200);
			assertThat(recorded(server)).containsExactlyInAnyOrder("/manage/health", LAST);
		}
	}

	@ParameterizedTest
	@EnumSource
	void otherSpellingsAreExcludedAsTheContainerReadsThem(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, Application.class, ENABLED)) {
			for (String path : List.of("/metrics;x=y", "/%6detrics", "//metrics", "/./metrics", "/info/../metrics",
					"/%6Detrics;x=y", "/actuator;x/health", "/%61ctuator/health", "/metrics?x=//y", "/metrics;")) {
				assertThat(RawClient.answer(server, "GET", path)).as(path).containsPattern("^HTTP/1.1 (200|400)");
			}
			assertThat(recorded(server)).containsExactly(LAST);
		}
	}

	@ParameterizedTest
	@EnumSource
	void noSpellingHidesARequest(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, Application.class, ENABLED)) {
			int answered = 0;
			for (String path : List.of("/info;/metrics", "/debug/../info", "/actuator/../info", "/debug/%2e%2e/info",
					"/metrics/../info", "/actuator/..;/info")) {
				// 400 is the container's, ahead of every filter
				answered += RawClient.answer(server, "GET", path).startsWith("HTTP/1.1 400") ? 0 : 1;
			}
			assertThat(answered).isPositive();
			assertThat(recorded(server)).hasSize(answered + 1);
		}
	}

	@Test
	void patternsMatchWholeSegments() {
		ExcludedPaths paths = new ExcludedPaths(() -> List.of("/a", "/b/**", "/c/{x}", "/d/{x}/{y}"));
		for (String excluded : List.of("/a", "/b", "/b/", "/b/c/d", "/c/1", "/d/1/2", "/x/../a", "//a", "/%61;x=y")) {
			assertThat(paths.contains(request(excluded))).as(excluded).isTrue();
		}
		for (String other : List.of("", "/", "/ab", "/a/", "/a/b", "/bc", "/c", "/c/1/2", "/d/1", "/d/1/2/3", "/b/../x",
				"/a;/../x")) {
			assertThat(paths.contains(request(other))).as(other).isFalse();
		}
	}

	/** Resolved as a container would. */
	private static HttpServletRequest request(String uri) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", uri);
		request.setServletPath(
				uri.replaceAll(";[^/]*", "").replace("%61", "a").replace("//", "/").replaceAll("/[^/]+/\\.\\.", ""));
		return request;
	}

	/** The routes that were recorded, one for each request, and of a last one. */
	private static List<String> recorded(TestServer server) {
		assertThat(server.get(LAST).statusCode()).isEqualTo(200);
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> routes(server).contains(LAST));
		return routes(server);
	}

	private static List<String> routes(TestServer server) {
		return server.context()
			.getBean(MeterRegistry.class)
			.find("http.server.request.duration")
			.timers()
			.stream()
			.flatMap((timer) -> IntStream.range(0, (int) timer.count()).mapToObj((i) -> route(timer)))
			.toList();
	}

	private static String route(Timer timer) {
		return String.valueOf(timer.getId().getTag(Series.ROUTE_LABEL));
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		@GetMapping({ "/", "/healthy", "/about/us", "/env/one/two", "/info", LAST })
		String own() {
			return "own";
		}

	}

}
