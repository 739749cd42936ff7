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
