package io.gmicro.pprof;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

import io.gmicro.jfr.PrivateDirectory;
import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.TestServer;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Profiles get along with each other, with their clients and with whoever else records.
 */
class PprofMannersTests {

	private static final String[] PROPERTIES = { "gmicro.pprof.enabled=true", "gmicro.pprof.trace.enabled=true",
			"gmicro.diagnostics.access=unrestricted", "server.shutdown=graceful",
			"spring.lifecycle.timeout-per-shutdown-phase=50s" };

	private static final String PPROF = "/debug/pprof";

	private static final String NAME = "gmicro";

	private static final int FILTERING_JAVA = 19;

	/** About a second, with leave for a machine that has more to do. */
	private static final Duration SOON = Duration.ofSeconds(5);

	@ParameterizedTest
	@EnumSource
	void threeAtOnceAreServedAndTheFourthIsTold(Container container) throws IOException {
		try (TestServer server = start(container)) {
			List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
			for (String target : new String[] { "/profile?seconds=3", "/mutex?seconds=3", "/profile?seconds=3" }) {
				answers.add(CompletableFuture.supplyAsync(() -> get(server, target)));
			}
			await().until(PprofMannersTests::running, (running) -> running == 3);
			for (String target : new String[] { "/profile?seconds=1", "/goroutine?seconds=1", "/flamegraph?seconds=1",
					"/allocs?seconds=1" }) {
				HttpResponse<byte[]> fourth = get(server, target);
				assertThat(fourth.statusCode()).as(target).isEqualTo(503);
				assertThat(fourth.headers().firstValue("X-Go-Pprof")).hasValue("1");
				assertThat(fourth.headers().firstValue("Content-Disposition")).isEmpty();
				assertThat(new String(fourth.body(), StandardCharsets.UTF_8))
					.isEqualTo("Could not enable profiling: 3 profiles are already running\n");
			}
			served(server, "/goroutine");
			for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
				assertThat(decoded(answer.join()).strings()).contains("java");
			}
			assertThat(running()).isZero();
			assertThat(decoded(get(server, "/goroutine?seconds=1")).durationNanos()).isGreaterThan(900_000_000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesEndsItsRecording(Container container) throws IOException {
		try (TestServer server = start(container)) {
			List<String> targets = new ArrayList<>(
					List.of("/profile?seconds=60", "/allocs?seconds=60", "/flamegraph?seconds=60"));
			if (Runtime.version().feature() >= FILTERING_JAVA) {
				targets.add("/trace?seconds=60");
			}
			for (String target : targets) {
				RawClient leaving = RawClient.send(server, "GET", PPROF + target);
				awaitRunning(1);
				leaving.leave();
				awaitNoRecording(target);
				RawClient resetting = RawClient.send(server, "GET", PPROF + target);
				awaitRunning(1);
				resetting.reset();
				awaitNoRecording(target);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void placesOfClientsThatLeftAreFree(Container container) throws IOException {
		List<RawClient> clients = new ArrayList<>();
		try (TestServer server = start(container)) {
			served(server, "/profile?seconds=1");
			for (int i = 1; i <= 3; i++) {
				clients.add(RawClient.send(server, "GET", PPROF + "/profile?seconds=60"));
				awaitRunning(i);
			}
			assertThat(get(server, "/goroutine?seconds=1").statusCode()).isEqualTo(503);
			clients.get(1).leave();
			await().until(() -> get(server, "/goroutine?seconds=1").statusCode(), (status) -> status == 200);
			assertThat(running()).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsLeftBehindInTheDirectoryForTemporaryFiles(Container container) throws IOException {
		try (TestServer server = start(container)) {
			served(server, "/profile?seconds=1");
			served(server, "/allocs?seconds=1&labels=thread");
			get(server, "/trace?seconds=1");
			get(server, "/goroutine?virtual=1");
			get(server, "/goroutine?debug=2&virtual=1");
			try (Stream<Path> files = Files.walk(PrivateDirectory.get())) {
				assertThat(files.filter(Files::isRegularFile)).extracting(Path::getFileName)
					.extracting(Path::toString)
					.containsExactly("lock");
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "TOMCAT, /profile", "JETTY, /profile", "TOMCAT, /block", "JETTY, /goroutine" })
	void shutdownEndsAProfileWithWhatItHas(Container container, String profile) throws IOException {
		CompletableFuture<HttpResponse<byte[]>> answer;
		try (TestServer server = start(container)) {
			served(server, "/allocs");
			answer = CompletableFuture.supplyAsync(() -> get(server, profile + "?seconds=60"));
			if (profile.equals("/goroutine")) {
				await().until(() -> isWaiting("io.gmicro.recorder.Profiler"));
			}
			else {
				awaitRunning(1);
			}
		}
		DecodedProfile decoded = decoded(answer.orTimeout(10, TimeUnit.SECONDS).join());
		assertThat(decoded.strings()).contains("java");
		assertThat(Duration.ofNanos(decoded.durationNanos())).isPositive().isLessThan(Duration.ofSeconds(50));
		assertThat(recordings()).noneMatch((recording) -> recording.getName().equals(NAME));
	}

	@ParameterizedTest
	@EnumSource
	void afterShutdownNothingOfOursRecords(Container container) throws IOException {
		int before = recordings().size();
		try (TestServer server = start(container)) {
			served(server, "/mutex");
			assertThat(recordings()).hasSizeGreaterThan(before);
		}
		assertThat(recordings()).hasSize(before);
	}

	@ParameterizedTest
	@EnumSource
	void recordingsOfOthersAreLeftAlone(Container container, @TempDir Path directory) throws IOException {
		try (Recording own = new Recording(); TestServer server = start(container)) {
			own.setName("mine");
			own.enable(OwnEvent.class);
			own.enable("jdk.ExecutionSample").withPeriod(Duration.ofSeconds(1));
			own.start();
			Map<String, String> settings = own.getSettings();
			new OwnEvent().commit();
			served(server, "/profile?seconds=1");
			served(server, "/block?seconds=1");
			get(server, "/trace?seconds=1");
			RawClient leaving = RawClient.send(server, "GET", PPROF + "/profile?seconds=60");
			awaitRunning(1);
			leaving.leave();
			awaitNoRecording("/profile");
			new OwnEvent().commit();
			assertThat(own.getState()).isEqualTo(RecordingState.RUNNING);
			assertThat(own.getName()).isEqualTo("mine");
			assertThat(own.getSettings()).isEqualTo(settings);
			own.stop();
			own.dump(directory.resolve("mine.jfr"));
		}
		assertThat(RecordingFile.readAllEvents(directory.resolve("mine.jfr")))
			.filteredOn((event) -> event.getEventType().getName().equals(OwnEvent.NAME))
			.hasSize(2);
	}

	private static TestServer start(Container container) {
		return TestServer.start(container, Empty.class, PROPERTIES);
	}

	private static HttpResponse<byte[]> get(TestServer server, String target) {
		return server.send(HttpRequest.newBuilder(server.uri(PPROF + target)).build(),
				HttpResponse.BodyHandlers.ofByteArray());
	}

	private static HttpResponse<byte[]> served(TestServer server, String target) {
		return served(get(server, target));
	}

	/** The body says what is wrong. */
	private static HttpResponse<byte[]> served(HttpResponse<byte[]> response) {
		assertThat(response.statusCode()).as(() -> new String(response.body(), StandardCharsets.UTF_8)).isEqualTo(200);
		return response;
	}

	private static DecodedProfile decoded(HttpResponse<byte[]> response) {
		served(response);
		try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
			return DecodedProfile.of(in.readAllBytes());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Collection<Recording> recordings() {
		return FlightRecorder.getFlightRecorder().getRecordings();
	}

	private static long running() {
		return recordings().stream()
			.filter((recording) -> recording.getName().equals(NAME))
			.filter((recording) -> recording.getState() == RecordingState.RUNNING)
			.count();
	}

	private static void awaitRunning(int count) {
		await().until(PprofMannersTests::running, (running) -> running == count);
	}

	private static void awaitNoRecording(String target) {
		await(target).atMost(SOON)
			.until(() -> recordings().stream().noneMatch((recording) -> recording.getName().equals(NAME)));
	}

	private static boolean isWaiting(String type) {
		return Thread.getAllStackTraces()
			.values()
			.stream()
			.flatMap(Stream::of)
			.anyMatch((call) -> call.getClassName().equals(type) && call.getMethodName().equals("await"));
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

	@Name(OwnEvent.NAME)
	static class OwnEvent extends Event {

		static final String NAME = "io.gmicro.test.Own";

	}

}
