package io.gmicro.sample;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stacks are whole, unless somebody else started the JDK's flight recorder with its own
 * depth.
 */
class StackDepthTests {

	private static final int DEPTH = 200;

	private static final int DEFAULT_DEPTH = 64;

	@TempDir
	private Path directory;

	@BeforeAll
	static void findTool() {
		RealTools.find("go");
	}

	@Test
	void deepStacksAreWhole() throws Exception {
		RawProfile profile = profile();
		List<String> deepest = deepest(profile);
		assertThat(deepest).filteredOn((function) -> function.contains("Recursion.deep ")).hasSize(DEPTH);
		assertThat(deepest.get(deepest.size() - 1)).startsWith("java.lang.Thread.run ");
		assertThat(profile.text()).doesNotContain("stacks were cut");
	}

	@Test
	void commentTellsThatStacksWereCut() throws Exception {
		RawProfile profile = profile("-XX:StartFlightRecording");
		assertThat(deepest(profile)).hasSize(DEFAULT_DEPTH);
		assertThat(profile.text())
			.containsPattern("Comment: [1-9]\\d* of [1-9]\\d* stacks were cut at 64 calls; for deeper "
					+ "ones start the JVM with -XX:FlightRecorderOptions:stackdepth=256\n");
	}

	@Test
	void adviceOfTheCommentHelps() throws Exception {
		RawProfile profile = profile("-XX:StartFlightRecording", "-XX:FlightRecorderOptions:stackdepth=256");
		assertThat(deepest(profile)).filteredOn((function) -> function.contains("Recursion.deep ")).hasSize(DEPTH);
		assertThat(profile.text()).doesNotContain("stacks were cut");
	}

	private RawProfile profile(String... options) throws Exception {
		try (SampleProcess sample = SampleProcess.builder(this.directory)
			.options(options)
			.main(Recursion.class)
			.start()) {
			return new Pprof(this.directory).raw("-seconds=1", "-timeout=60", sample.url("profile"));
		}
	}

	private static List<String> deepest(RawProfile profile) {
		return profile.values()
			.keySet()
			.stream()
			.max(Comparator.comparingInt(List::size))
			.orElseThrow()
			.stream()
			.map((address) -> profile.locations().getOrDefault(address, ""))
			.toList();
	}

	/** The sample beside a thread that is busy deep down now and then. */
	static final class Recursion {

		private static final long BUSY_NANOS = 10_000_000;

		private static final long IDLE_NANOS = 40_000_000;

		private Recursion() {
		}

		public static void main(String[] args) {
			Thread thread = new Thread(() -> deep(1), "recursion");
			thread.setDaemon(true);
			thread.start();
			SampleApplication.main(args);
		}

		private static void deep(int depth) {
			if (depth < DEPTH) {
				deep(depth + 1);
				return;
			}
			while (true) {
				long end = System.nanoTime() + BUSY_NANOS;
				while (System.nanoTime() - end < 0) {
					Thread.onSpinWait();
				}
				LockSupport.parkNanos(IDLE_NANOS);
			}
		}

	}

}
