package io.gmicro.http;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.gmicro.cost.ProcessCost;
import io.gmicro.testing.Container;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import io.gmicro.testing.Work;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

/**
 * The cost of routes in real containers, compared with what their handlers used.
 */
class RequestCostTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final String COST = "gmicro.http.cost.enabled=";

	private static final String CPU = "gmicro_http_server_cpu_seconds_total";

	private static final String ALLOCATED = "gmicro_http_server_allocated_bytes_total";

	private static final String PROCESS_CPU = "process_cpu_time_ns_total";

	private static final String BACKGROUND = "_BACKGROUND";

	/**
	 * CPU time in milliseconds, and memory in megabytes, of the five routes: so much that
	 * what filters and Spring MVC use, which the handlers do not see, is next to nothing.
	 */
	private static final Map<String, Integer> AMOUNTS = Map.of("/one", 150, "/two", 180, "/three", 210, "/four", 240,
			"/five", 270);

	private static final int WARM_UP = 200;

	private static final int ROUNDS = 3;

	private static final double PERCENT_OF_A_ROUTE = 3;

	private static final double PERCENT_OF_THE_PROCESS = 2;

	@ParameterizedTest
	@EnumSource
	void costIsExactAndAddsUpToTheProcess(Container container) {
		try (TestServer server = start(container, COST + "true")) {
			Work work = server.context().getBean(Work.class);
			warmUp(server);
			Samples before = server.scrape();
			for (int round = 0; round < ROUNDS; round++) {
				AMOUNTS.forEach((route, amount) -> server.get(route + "/7?amount=" + amount));
			}
			Samples after = server.scrape();
			AMOUNTS.keySet().forEach((route) -> {
				assertThat(cost(CPU, route + "/{id}", before, after)).as("CPU seconds of %s", route)
					.isCloseTo(work.cpuSeconds(route), withinPercentage(PERCENT_OF_A_ROUTE));
				assertThat(cost(ALLOCATED, route + "/{id}", before, after)).as("bytes of %s", route)
					.isCloseTo(work.allocatedBytes(route), withinPercentage(PERCENT_OF_A_ROUTE));
			});
			assertThat(after.sum(CPU) - before.sum(CPU)).isCloseTo(
					(after.sum(PROCESS_CPU) - before.sum(PROCESS_CPU)) / 1e9, withinPercentage(PERCENT_OF_THE_PROCESS));
		}
	}

	private static void warmUp(TestServer server) {
		for (int i = 0; i < WARM_UP; i++) {
			AMOUNTS.keySet().forEach((route) -> server.get(route + "/7?amount=0"));
		}
		server.scrape();
		server.context().getBean(Work.class).forget();
	}

	/** Each kind uses its amount twice, in different dispatches or nested. */
	@ParameterizedTest
	@EnumSource
	void everyDispatchIsCountedOnce(Container container) {
		try (TestServer server = start(container, COST + "true")) {
			for (String path : List.of("/async", "/async/fails", "/fails", "/refused", "/include")) {
				assertDispatchesAreCounted(server, path, path);
			}
			assertDispatchesAreCounted(server, "/forward", "/nested");
		}
	}

	private static void assertDispatchesAreCounted(TestServer server, String path, String route) {
		Work work = server.context().getBean(Work.class);
		server.get(path + "?amount=1");
		await().untilAsserted(() -> assertThat(server.scrape().of(CPU)).containsKey(label(route)));
		work.forget();
		Samples before = server.scrape();
		server.get(path + "?amount=40");
		await().untilAsserted(() -> {
			Samples after = server.scrape();
			double used = work.cpuSeconds("work");
			double allocated = work.allocatedBytes("work");
			assertThat(used).as(path).isBetween(0.08, 0.1);
			assertThat(cost(CPU, route, before, after)).as(path).isBetween(used, 1.5 * used);
			assertThat(cost(ALLOCATED, route, before, after)).as(path).isBetween(allocated, 1.03 * allocated);
			assertThat(routes(CPU, before, after)).as(path)
				.isCloseTo(cost(CPU, route, before, after), withinPercentage(0.1));
		});
	}

	@Test
	void workOfOtherThreadsAndOfExcludedPathsIsBackground() {
		try (TestServer server = start(Container.TOMCAT, COST + "true", "gmicro.http.exclude-paths=/metrics,/one/**")) {
			Work work = server.context().getBean(Work.class);
			warmUp(server);
			Samples before = server.scrape();
			server.get("/elsewhere?amount=100");
			server.get("/one/7?amount=100");
			Samples after = server.scrape();
			assertThat(cost(CPU, BACKGROUND, before, after))
				.isGreaterThan(0.95 * (work.cpuSeconds("/elsewhere") + work.cpuSeconds("/one")));
			assertThat(cost(CPU, "/elsewhere", before, after)).isBetween(0.0, work.cpuSeconds("/elsewhere"));
			assertThat(after.of(CPU)).doesNotContainKey(label("/one/{id}"));
		}
	}

	@Test
	void routesBeyondTheLimitAreOther() {
		try (TestServer server = start(Container.TOMCAT, COST + "true", "gmicro.http.max-routes=1")) {
			for (String path : List.of("/one", "/two", "/three")) {
				server.get(path + "/7?amount=1");
			}
			assertThat(server.scrape().of(CPU)).containsOnlyKeys(label("/one/{id}"), label("_OTHER"),
					label(BACKGROUND));
			assertThat(server.scrape().of(ALLOCATED)).containsKeys(label("/one/{id}"), label("_OTHER"));
		}
	}

	@Test
	void routesBeginWithTheContextPath() {
		try (TestServer server = start(Container.TOMCAT, COST + "true", "server.servlet.context-path=/shop")) {
			server.get("/shop/one/7?amount=1");
			assertThat(Samples.parse(server.get("/shop/metrics").body()).of(CPU)).containsKey(label("/shop/one/{id}"));
		}
	}

	@Test
	void mappedRoutesStartAtZero() {
		try (TestServer server = start(Container.TOMCAT, COST + "true", "gmicro.http.initialize-metrics=true")) {
			assertThat(server.scrape().of(CPU)).containsEntry(label("/one/{id}"), 0.0);
			assertThat(server.scrape().of(ALLOCATED)).containsEntry(label("/one/{id}"), 0.0);
		}
	}

	@Test
	void whenOffThereIsNoCost() {
		try (TestServer server = start(Container.TOMCAT, COST + "false")) {
			server.get("/one/7?amount=1");
			Samples samples = server.scrape();
			assertThat(samples.of("http_server_responses_total")).hasSize(1);
			assertThat(samples.of(CPU)).isEmpty();
			assertThat(samples.of(ALLOCATED)).isEmpty();
			assertThat(server.context().getBeanNamesForType(ProcessCost.class)).isEmpty();
			assertThat(server.context().getBeanNamesForType(RequestCost.class)).isEmpty();
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	@ExtendWith(OutputCaptureExtension.class)
	void onVirtualThreadsEverythingIsBackground(CapturedOutput output) {
		try (TestServer server = start(Container.TOMCAT, COST + "true", "spring.threads.virtual.enabled=true")) {
			Samples before = server.scrape();
			for (int i = 0; i < ROUNDS; i++) {
				server.get("/one/7?amount=-1");
			}
			Samples after = server.scrape();
			assertThat(after.of("http_server_responses_total")).hasSize(1);
			assertThat(after.of(CPU)).containsOnlyKeys(label(BACKGROUND));
			assertThat(after.of(ALLOCATED)).containsOnlyKeys(label(BACKGROUND));
			assertThat(cost(CPU, BACKGROUND, before, after)).isPositive();
			assertThat(after.of("gmicro_observer_errors_total")).containsEntry("", 0.0);
			assertThat(output)
				.containsOnlyOnce("gmicro.http.cost.enabled=true, but spring.threads.virtual.enabled=true");
		}
	}

	private static TestServer start(Container container, String... properties) {
		String[] all = new String[properties.length + 1];
		all[0] = ENABLED;
		System.arraycopy(properties, 0, all, 1, properties.length);
		return TestServer.start(container, Application.class, all);
	}

	private static double cost(String metric, String route, Samples before, Samples after) {
		return after.of(metric).getOrDefault(label(route), 0.0) - before.of(metric).getOrDefault(label(route), 0.0);
	}

	/** All but the background. */
	private static double routes(String metric, Samples before, Samples after) {
		return after.sum(metric) - before.sum(metric) - cost(metric, BACKGROUND, before, after);
	}

	private static String label(String route) {
		return "http_route=\"" + route + "\"";
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Handlers.class)
	static class Application {

		@Bean
		Work work() {
			return new Work();
		}

	}

	/** Handlers that use as much as a parameter says. */
	@RestController
	static class Handlers implements ErrorController {

		private final Work work;

		Handlers(Work work) {
			this.work = work;
		}

		@GetMapping({ "/one/{id}", "/two/{id}", "/three/{id}", "/four/{id}", "/five/{id}" })
		String work(HttpServletRequest request, @PathVariable String id, @RequestParam int amount) {
			if (amount >= 0) {
				use(request.getRequestURI().replaceAll("/\\d+$", ""), amount);
			}
			return id;
		}

		private void use(String name, int amount) {
			this.work.run(name, amount, amount);
		}

		@GetMapping("/elsewhere")
		String elsewhere(@RequestParam int amount) {
			return CompletableFuture.supplyAsync(() -> {
				use("/elsewhere", amount);
				return "done";
			}).join();
		}

		@GetMapping("/async")
		void async(HttpServletRequest request, HttpServletResponse response, @RequestParam int amount)
				throws IOException {
			use("work", amount);
			if (request.getDispatcherType() == DispatcherType.REQUEST) {
				request.startAsync().dispatch();
			}
			else {
				response.getWriter().print("done");
			}
		}

		/** Together with the error page. */
		@GetMapping("/async/fails")
		void asyncFails(HttpServletRequest request, HttpServletResponse response, @RequestParam int amount) {
			if (request.getDispatcherType() == DispatcherType.REQUEST) {
				request.startAsync().dispatch();
			}
			else {
				use("work", amount);
				throw new IllegalStateException("planned");
			}
		}

		@GetMapping("/fails")
		String fails(@RequestParam int amount) {
			use("work", amount);
			throw new IllegalStateException("planned");
		}

		@GetMapping("/refused")
		void refused(HttpServletResponse response, @RequestParam int amount) throws IOException {
			use("work", amount);
			response.sendError(409);
		}

		@GetMapping("/forward")
		void forward(HttpServletRequest request, HttpServletResponse response, @RequestParam int amount)
				throws ServletException, IOException {
			use("work", amount);
			request.getRequestDispatcher("/nested").forward(request, response);
		}

		@GetMapping("/include")
		void include(HttpServletRequest request, HttpServletResponse response, @RequestParam int amount)
				throws ServletException, IOException {
			use("work", amount);
			request.getRequestDispatcher("/nested").include(request, response);
		}

		/** Also the error page. */
		@GetMapping({ "/nested", "/error" })
		String nested(@RequestParam int amount) {
			use("work", amount);
			return "nested";
		}

	}

}
