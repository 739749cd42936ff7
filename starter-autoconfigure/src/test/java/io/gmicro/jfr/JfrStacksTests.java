package io.gmicro.jfr;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import io.gmicro.profile.Frame;
import jdk.jfr.Event;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The frames of recorded stacks.
 */
class JfrStacksTests {

	private static final String THIS_FILE = "io/gmicro/jfr/JfrStacksTests.java";

	/** Whatever test uses the recorder first decides how deep its stacks are. */
	@BeforeAll
	static void recorder() throws IOException {
		Jfr.prepare();
	}

	@Test
	void frameHasTheSourceFileOfItsClass(@TempDir Path directory) throws IOException {
		List<Frame> stack = stack(directory);
		assertThat(stack).filteredOn((frame) -> frame.function().equals("io.gmicro.jfr.SecondInItsFile.call"))
			.singleElement()
			.satisfies((frame) -> {
				assertThat(frame.file()).isEqualTo(THIS_FILE);
				assertThat(frame.line()).isPositive();
			});
		assertThat(stack).filteredOn((frame) -> frame.function().startsWith(getClass().getName()))
			.isNotEmpty()
			.allSatisfy((frame) -> assertThat(frame.file()).isEqualTo(THIS_FILE));
		assertThat(stack).filteredOn((frame) -> frame.function().equals("java.lang.reflect.Method.invoke"))
			.allSatisfy((frame) -> assertThat(frame.file()).isEqualTo("java/lang/reflect/Method.java"));
	}

	@Test
	void generatedClassHasNoSourceFile(@TempDir Path directory) throws IOException {
		assertThat(stack(directory)).filteredOn((frame) -> frame.function().endsWith("$Proxy.run"))
			.singleElement()
			.satisfies((frame) -> assertThat(frame.file()).isEmpty());
	}

	@Test
	void sourceFileOfAClassThatIsNotThereIsNotKnown() {
		assertThat(SourceFiles.of("com.example.Missing")).isEmpty();
		assertThat(SourceFiles.of("")).isEmpty();
		assertThat(SourceFiles.of("[I")).isEmpty();
		assertThat(SourceFiles.of("java.util.Map$Entry")).isEqualTo("java/util/Map.java");
		assertThat(SourceFiles.of(getClass().getName() + "$$Lambda/0x00007f1c8c0a1a60")).isEqualTo(THIS_FILE);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					64   | 3 of 4 stacks were cut at 64 calls; for deeper ones start the JVM with -XX:FlightRecorderOptions:stackdepth=256
					256  | 3 of 4 stacks were cut at 256 calls; for deeper ones start the JVM with -XX:FlightRecorderOptions:stackdepth=1024
					1024 | 3 of 4 stacks were cut at 1024 calls; for deeper ones start the JVM with -XX:FlightRecorderOptions:stackdepth=2048
					2048 | 3 of 4 stacks were cut at 2048 calls, the most that JFR records
					""")
	void adviceIsNeverWhatIsAlreadySo(int depth, String comment) {
		assertThat(JfrStacks.comment(3, 4, depth)).isEqualTo(comment).doesNotContain("stackdepth=" + depth);
	}

	private static List<Frame> stack(Path directory) throws IOException {
		Path file = directory.resolve("stack.jfr");
		try (Recording recording = new Recording()) {
			recording.enable(Seen.class);
			recording.start();
			Runnable proxy = (Runnable) Proxy.newProxyInstance(JfrStacksTests.class.getClassLoader(),
					new Class<?>[] { Runnable.class }, (self, method, arguments) -> {
						SecondInItsFile.call();
						return null;
					});
			proxy.run();
			recording.stop();
			recording.dump(file);
		}
		RecordedEvent event = RecordingFile.readAllEvents(file).get(0);
		return Objects.requireNonNull(new JfrStacks().of(event));
	}

	static final class Seen extends Event {

	}

}

/** Its name does not say which file it is in. */
final class SecondInItsFile {

	private SecondInItsFile() {
	}

	static void call() {
		new JfrStacksTests.Seen().commit();
	}

}
