package io.gmicro.sample;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * An incident between two quiet times, in profiles that are requested after it. Requests
 * for the current time end a window, so nothing has to wait for half a minute.
 */
class HistoryProfileTests {

	private static final String CPU = "io.gmicro.sample.work.BlockingController.cpu";

	private static final Pattern SHARE = Pattern.compile("([\\d.]+)%\\s+" + CPU + "$", Pattern.MULTILINE);

	@TempDir
	private static Path directory;

	private static Pprof pprof;

	private static SampleProcess sample;

	private static String before;

	private static String incident;

	private static String after;

	@BeforeAll
	static void pastIncident() throws Exception {
		RealTools.find("go");
		pprof = new Pprof(directory);
		sample = SampleProcess.builder(directory).arguments("--gmicro.pprof.history.enabled=true").start();
		before = window("/orders/1", 20);
		incident = window("/cpu?millis=100", 30);
		after = window("/orders/2", 20);
	}

	/**
	 * Requests a path for more than a second, and returns the parameters of that time.
	 */
	private static String window(String path, int requests) throws Exception {
		Instant from = Instant.now();
		try (Load running = Load.of(sample, path)) {
			running.awaitAnswers(requests);
			await().until(() -> Instant.now().isAfter(from.plusMillis(1200)));
		}
		String span = "from=" + from + "&to=" + Instant.now();
		// Ends the window. The first one begins a moment after the start
		await().until(() -> sample.get("profile?" + span).statusCode() == 200);
		return span;
	}

	@AfterAll
	static void stop() {
		if (sample != null) {
			sample.close();
		}
	}

	@Test
	void cpuTimeOfAnIncidentIsShownAfterIt() throws Exception {
		assertThat(cpuShare(incident)).isGreaterThan(80);
		assertThat(cpuShare(before)).isLessThan(5);
		assertThat(cpuShare(after)).isLessThan(5);
	}

	/** Of the application, since a process that has just started compiles. */
	private static double cpuShare(String span) throws Exception {
		String top = pprof.run("-top", "-cum", "-nodefraction=0", "-focus=^io.gmicro.sample", "-relative_percentages",
				pprof.fetch(sample.url("profile?" + span)).toString());
		assertThat(top).contains("Type: cpu", "kept in windows of up to 30 s", "Processor time from ");
		Matcher share = SHARE.matcher(top);
		return share.find() ? Double.parseDouble(share.group(1)) : 0;
	}

	@ParameterizedTest
	@CsvSource({ "profile, samples/count cpu/nanoseconds", "allocs, alloc_objects/count alloc_space/bytes[dflt]",
			"mutex, contentions/count delay/nanoseconds", "block, contentions/count delay/nanoseconds" })
	void comparisonIsThatOfPprof(String name, String types) throws Exception {
		Path compared = pprof.fetch(sample.url(name + "?" + incident));
		Path base = pprof.fetch(sample.url(name + "?" + span(after, incident)));
		RawProfile difference = pprof
			.raw(pprof.fetch(sample.url(name + "?" + incident + "&base=" + start(span(after, incident)))).toString());
		assertThat(String.join(" ", difference.sampleTypes())).startsWith(types);
		assertThat(difference.values()).isEqualTo(pprof.raw("-base=" + base, compared.toString()).values());
	}

	/** A time span that begins as one and is as long as another. */
	private static String span(String start, String length) {
		Instant from = Instant.parse(start(start));
		return "from=" + from + "&to=" + from.plus(Duration.between(Instant.parse(start(length)),
				Instant.parse(length.substring(length.indexOf("to=") + 3))));
	}

	private static String start(String span) {
		return span.substring("from=".length(), span.indexOf('&'));
	}

	@Test
	void totalIsTheCpuTimeOfTheProcess() throws Exception {
		Instant from = Instant.now();
		double cpuBefore = processCpu();
		String span = window("/cpu?millis=50", 30);
		double process = processCpu() - cpuBefore;
		RawProfile raw = pprof
			.raw(pprof.fetch(sample.url("profile?from=" + from + span.substring(span.indexOf('&')))).toString());
		double total = raw.values().values().stream().mapToLong((values) -> values.get(1)).sum() / 1e9;
		assertThat(total).isCloseTo(process, within(process * 0.15 + 0.2));
	}

	private static double processCpu() throws Exception {
		return sample.get("/metrics")
			.body()
			.lines()
			.filter((line) -> line.startsWith("process_cpu_time_ns_total "))
			.mapToDouble((line) -> Double.parseDouble(line.split(" ")[1]) / 1e9)
			.findFirst()
			.orElseThrow();
	}

	@Test
	void flameGraphAndIndexShowTheHistory() throws Exception {
		HttpResponse<String> flameGraph = sample.get("flamegraph?profile=cpu&" + incident);
		assertThat(flameGraph.statusCode()).isEqualTo(200);
		assertThat(flameGraph.body()).contains("cpu, ", "BlockingController.cpu");
		HttpResponse<String> grown = sample.get("flamegraph?profile=cpu&" + after + "&base=" + start(incident));
		assertThat(grown.statusCode()).isEqualTo(200);
		assertThat(grown.body()).contains(", compared to ").doesNotContain("BlockingController.cpu");
		assertThat(sample.get("/debug/pprof/").body())
			.containsPattern("History: since <time>2\\S+Z</time>, 0\\.\\d of 16 MB")
			.contains("flamegraph?profile=cpu&amp;ago=5m", "mutex?ago=5m");
	}

	@Test
	void whatIsNotKeptIsRefused() throws Exception {
		for (List<String> refused : List.of(List.of("heap?ago=5m", "unknown parameter"),
				List.of("goroutine?ago=5m", "unknown parameter"),
				List.of("profile?ago=5m&labels=route", "labels does not apply to a time span of the past"),
				List.of("allocs?ago=5m&debug=1", "debug does not apply to a time span of the past"),
				List.of("flamegraph?profile=goroutine&ago=5m", "only profile, allocs, mutex, block and wall are kept"),
				List.of("profile?ago=20m", "ago exceeds the 900 seconds that are kept"),
				List.of("profile?ago=14m&seconds=1", "nothing was kept then: the history begins at 2"))) {
			HttpResponse<String> response = sample.get(refused.get(0));
			assertThat(response.statusCode()).as(refused.get(0)).isEqualTo(400);
			assertThat(response.body()).as(refused.get(0)).startsWith(refused.get(1));
		}
	}

}
