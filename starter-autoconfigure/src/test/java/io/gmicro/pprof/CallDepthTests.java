package io.gmicro.pprof;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How deep stacks are, and what a profile says of those that are deeper.
 */
class CallDepthTests {

	private static final String CUT = " stacks were cut";

	@BeforeAll
	static void recorder() {
		Jfr.deepenStacks();
	}

	@Test
	void stacksOf250CallsAreWhole() throws Exception {
		Profile profile = startThread(245);
		AtomicInteger deepest = new AtomicInteger();
		profile.forEach((stack, labels, values) -> deepest.accumulateAndGet(stack.size(), Math::max));
		assertThat(deepest).satisfies((depth) -> assertThat(depth.get()).isBetween(245, Jfr.STACK_DEPTH));
		assertThat(text(profile)).doesNotContain(CUT);
	}

	@Test
	void deeperOnesAreCutAndTheProfileSaysHowManyAndWhatHelps() throws Exception {
		assertThat(text(startThread(400))).contains("1 of 2" + CUT + " at 256 calls",
				"-XX:FlightRecorderOptions:stackdepth=1024");
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
		Profile profile = EventProfile.THREADCREATE.create();
		Jfr.commentOnDepth(profile, 3, 4, depth);
		assertThat(text(profile)).contains(comment);
		assertThat(text(profile)).doesNotContain("stackdepth=" + depth);
	}

	private static String text(Profile profile) {
		return new String(profile.toByteArray(), StandardCharsets.UTF_8);
	}

	private static Profile startThread(int depth) throws Exception {
		try (EventWindow window = new EventWindow(EventProfile.THREADCREATE, Set.of())) {
			Thread thread = new Thread(() -> startThreadBelow(depth));
			thread.start();
			thread.join();
			return window.finish(Duration.ofSeconds(1));
		}
	}

	private static void startThreadBelow(int calls) {
		if (calls > 0) {
			startThreadBelow(calls - 1);
		}
		else {
			Thread thread = new Thread(() -> {
			});
			thread.start();
			try {
				// The event is the new thread's
				thread.join();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

}
