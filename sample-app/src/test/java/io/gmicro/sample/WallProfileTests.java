package io.gmicro.sample;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import io.gmicro.wall.WallProfiles;
import io.gmicro.wall.WallSample;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How {@code go tool pprof} reads wall-clock profiles.
 */
class WallProfileTests {

	private static final String ROUTE = "/test/{id}";

	private static final String FIND = "shop.OrderRepository.find";

	@TempDir
	private static Path directory;

	private static Pprof pprof;

	private static SampleServer sample;

	private static String past;

	@BeforeAll
	static void fetch() throws Exception {
		RealTools.find("go");
		pprof = new Pprof(directory);
		sample = SampleServer.startWith(List.of(Sampled.class), "gmicro.pprof.enabled=true",
				"gmicro.diagnostics.access=unrestricted");
		add();
		past = pprof.fetch(url("wall?ago=5m&seconds=300&route=" + ROUTE)).toString();
	}

	@AfterAll
	static void stop() {
		if (sample != null) {
			sample.close();
		}
	}

	private static void add() {
		add("GET", "database", 600, call("shop.OrderRepository", "find", 40), call("shop.OrderController", "get", 12));
		add("GET", "cpu", 300, call("shop.JsonWriter", "write", 7), call("shop.OrderController", "get", 13));
		add("PUT", "not_sampled", 100);
	}

	private static void add(String method, String activity, long millis, StackTraceElement... stack) {
		sample.bean(WallProfiles.class)
			.add(new WallSample(method, ROUTE, activity, stack, TimeUnit.MILLISECONDS.toNanos(millis)));
	}

	private static StackTraceElement call(String type, String method, int line) {
		return new StackTraceElement(type, method, type.substring(type.indexOf('.') + 1) + ".java", line);
	}

	private static String url(String target) {
		return "http://127.0.0.1:" + sample.port() + "/debug/pprof/" + target;
	}

	@Test
	void rawProfileHasTypesPeriodLabelsAndFrames() throws Exception {
		RawProfile raw = pprof.raw(past);
		assertThat(raw.sampleTypes()).containsExactly("samples/count", "time/nanoseconds[dflt]");
		assertThat(raw.header("PeriodType")).hasValue("time nanoseconds");
		assertThat(raw.header("Duration").map(Double::valueOf).orElseThrow()).isPositive();
		assertThat(pprof.run("-raw", past)).contains("route:[/test/{id}]", "method:[GET]", "method:[PUT]",
				"activity:[database]", "activity:[not_sampled]", FIND, "shop/OrderRepository.java:40", "[not sampled]");
	}

	@Test
	void topShowsTheTimeOfEachStack() throws Exception {
		assertThat(pprof.run("-top", past))
			.contains("Type: time\n", "Showing nodes accounting for 1000ms, 100% of 1000ms total")
			.containsPattern("600ms +60\\.00% .* shop\\.OrderRepository\\.find\n")
			.containsPattern("100ms +10\\.00% .* \\[not sampled\\]\n");
		assertThat(pprof.run("-top", "-tagfocus=activity=cpu", past)).contains("shop.JsonWriter.write")
			.doesNotContain(FIND);
		assertThat(pprof.run("-top", "-sample_index=samples", past)).contains("of 3 total");
	}

	@Test
	void tagsAreRouteMethodAndActivity() throws Exception {
		assertThat(pprof.run("-tags", past)).contains(" route: Total ", " method: Total ", " activity: Total ")
			.containsPattern("600\\.0ms \\(60\\.00%\\): database\n")
			.containsPattern("900\\.0ms \\(90\\.00%\\): GET\n")
			.containsPattern("\\(  100%\\): /test/\\{id\\}\n");
	}

	@Test
	void commentsSayTheTimeSpan() throws Exception {
		assertThat(pprof.run("-comments", past)).contains("Wall-clock time of requests and calls in flight")
			.containsPattern("From \\S+Z to \\S+Z: kept in buckets of 10 s");
	}

	@Test
	void liveProfileIsFetchedUnderBothNames() throws Exception {
		for (String name : new String[] { "wall", "fgprof" }) {
			AtomicBoolean ended = new AtomicBoolean();
			Thread adding = new Thread(() -> {
				while (!ended.get()) {
					add();
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
				}
			});
			adding.start();
			try {
				Path live = pprof.fetch(url(name + "?route=" + ROUTE), "-seconds=1");
				assertThat(pprof.run("-top", live.toString())).contains(FIND, "Duration: 1");
			}
			finally {
				ended.set(true);
				adding.join();
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Sampled {

		@Bean
		@Primary
		WallProfiles testWallProfiles() {
			return new WallProfiles();
		}

	}

}
