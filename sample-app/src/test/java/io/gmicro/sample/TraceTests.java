package io.gmicro.sample;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedObject;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample knows secrets and is being recorded by somebody else, whose recording holds
 * them. Nothing that pprof serves does, and the other recording goes on undisturbed.
 */
class TraceTests {

	private static final String IN_ENVIRONMENT = "Xenvironment7Qz";

	private static final String IN_PROPERTY = "Xproperty7Qz";

	private static final String IN_ARGUMENT = "Xargument7Qz";

	private static final String JCMD = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();

	/**
	 * The bytes of ASCII are the same in UTF-8, Latin-1 and the compressed numbers in
	 * which recordings keep characters.
	 */
	private static final List<Charset> CHARSETS = List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE,
			StandardCharsets.UTF_16BE);

	@TempDir
	private static Path directory;

	private static SampleProcess sample;

	private static String settingsBefore;

	@BeforeAll
	static void start() throws Exception {
		RealTools.find(JCMD);
		sample = SampleProcess.builder(directory)
			.environment("SAMPLE_SETTING", IN_ENVIRONMENT)
			.options("-Dsample.setting=" + IN_PROPERTY, "-XX:StartFlightRecording=name=theirs,settings=default")
			.arguments("--sample.password=" + IN_ARGUMENT, "--gmicro.pprof.trace.enabled=true",
					"--gmicro.pprof.heap.enabled=true")
			.start();
		settingsBefore = settings();
	}

	@AfterAll
	static void stop() {
		if (sample != null) {
			sample.close();
		}
	}

	/** Or the other tests would look for what cannot be found. */
	@Test
	void theirRecordingHoldsTheSecrets() throws Exception {
		Path theirs = directory.resolve("theirs.jfr");
		jcmd("JFR.dump", "name=theirs", "filename=" + theirs);
		byte[] bytes = Files.readAllBytes(theirs);
		Set<String> texts = texts(theirs);
		for (String secret : List.of(IN_ENVIRONMENT, IN_PROPERTY, IN_ARGUMENT)) {
			assertThat(holds(bytes, secret)).as(secret).isTrue();
			assertThat(texts).anyMatch((text) -> text.contains(secret));
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_19)
	void traceShowsWhatHappensAndNoSecret() throws Exception {
		Path file = directory.resolve("trace.jfr");
		try (Load running = Load.of(sample, "/cpu?millis=100")) {
			HttpResponse<byte[]> response = sample.bytes("trace?seconds=2");
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.headers().firstValue("Content-Disposition"))
				.hasValue("attachment; filename=\"trace.jfr\"");
			Files.write(file, response.body());
		}
		List<RecordedEvent> events = RecordingFile.readAllEvents(file);
		assertThat(events).anyMatch((event) -> isSampleOf(event, "BlockingController", "cpu"))
			.anyMatch((event) -> event.getEventType().getName().equals("gmicro.HttpRequest")
					&& event.getString("route").equals("/cpu"));
		assertNoSecret(Files.readAllBytes(file));
		assertThat(texts(file)).contains("/cpu").noneMatch(TraceTests::isSecret);
		assertTheirRecordingGoesOn();
	}

	private static boolean isSampleOf(RecordedEvent event, String type, String method) {
		return Set.of("jdk.ExecutionSample", "jdk.CPUTimeSample").contains(event.getEventType().getName())
				&& event.getStackTrace() != null
				&& event.getStackTrace()
					.getFrames()
					.stream()
					.anyMatch((frame) -> frame.getMethod().getType().getName().endsWith("." + type)
							&& frame.getMethod().getName().equals(method));
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_18)
	void traceIsRefusedWhereSecretsCannotBeTakenOut() throws Exception {
		HttpResponse<String> response = sample.get("trace?seconds=1");
		assertThat(response.statusCode()).isEqualTo(501);
		assertThat(response.headers().firstValue("X-Go-Pprof")).hasValue("1");
		assertThat(response.body())
			.isEqualTo("trace needs Java 19 or newer, which can take secrets out of a recording\n");
	}

	@Test
	void commandLineHasNoArguments() throws Exception {
		HttpResponse<String> response = sample.get("cmdline");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).matches(SampleApplication.class.getName() + "\\x00\\(\\d+ arguments\\)");
		assertNoSecret(response.body().getBytes(StandardCharsets.UTF_8));
	}

	@ParameterizedTest
	@ValueSource(strings = { "profile?seconds=1", "profile?seconds=1&labels=route,method,thread", "allocs",
			"allocs?seconds=1", "heap", "goroutine", "goroutine?debug=1", "goroutine?debug=2", "mutex", "mutex?debug=1",
			"block", "block?seconds=1", "threadcreate", "symbol", "/debug/pprof/" })
	void noProfileHoldsASecret(String path) throws Exception {
		HttpResponse<byte[]> response = sample.bytes(path);
		assertThat(response.statusCode()).isEqualTo(200);
		assertNoSecret(decompressed(response.body()));
		assertTheirRecordingGoesOn();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreadsHoldNoSecret() throws Exception {
		noProfileHoldsASecret("goroutine?virtual=1");
		noProfileHoldsASecret("goroutine?virtual=1&debug=2");
	}

	private static byte[] decompressed(byte[] body) throws IOException {
		if (body.length < 2 || body[0] != 0x1f) {
			return body;
		}
		try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(body))) {
			return gzip.readAllBytes();
		}
	}

	private static void assertNoSecret(byte[] bytes) {
		for (String secret : List.of(IN_ENVIRONMENT, IN_PROPERTY, IN_ARGUMENT)) {
			assertThat(holds(bytes, secret)).as(secret).isFalse();
		}
	}

	private static boolean holds(byte[] bytes, String secret) {
		String content = new String(bytes, StandardCharsets.ISO_8859_1);
		return CHARSETS.stream()
			.anyMatch((charset) -> content.contains(new String(secret.getBytes(charset), StandardCharsets.ISO_8859_1)));
	}

	private static boolean isSecret(String text) {
		return Stream.of(IN_ENVIRONMENT, IN_PROPERTY, IN_ARGUMENT).anyMatch(text::contains);
	}

	/** Every text in every field of every event. */
	private static Set<String> texts(Path recording) throws IOException {
		Set<String> texts = new HashSet<>();
		Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
		for (RecordedEvent event : RecordingFile.readAllEvents(recording)) {
			collect(event, texts, seen);
		}
		return texts;
	}

	private static void collect(@Nullable Object value, Set<String> texts, Set<Object> seen) {
		if (value instanceof String text) {
			texts.add(text);
		}
		else if (value instanceof Object[] values) {
			Stream.of(values).forEach((element) -> collect(element, texts, seen));
		}
		else if (value instanceof RecordedObject object && seen.add(object)) {
			for (ValueDescriptor field : object.getFields()) {
				collect(object.getValue(field.getName()), texts, seen);
			}
		}
	}

	private static void assertTheirRecordingGoesOn() throws Exception {
		assertThat(settings()).isEqualTo(settingsBefore);
	}

	/** What their recording records and that it is running. */
	private static String settings() throws Exception {
		String check = jcmd("JFR.check", "name=theirs", "verbose=true");
		assertThat(check).contains("name=theirs", "(running)", "jdk.InitialEnvironmentVariable");
		return check;
	}

	private static String jcmd(String... command) throws Exception {
		String[] arguments = Stream.concat(Stream.of(Long.toString(sample.pid())), Stream.of(command))
			.toArray(String[]::new);
		RealTools.Run run = RealTools.run(Files.createTempFile(directory, "empty", ".in"), JCMD, arguments);
		assertThat(run.exitCode()).as(run.output()).isZero();
		return run.output();
	}

}
