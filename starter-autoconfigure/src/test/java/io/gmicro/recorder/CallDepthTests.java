package io.gmicro.recorder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.gmicro.jfr.Jfr;
import io.gmicro.profile.Profile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How deep stacks are, and what a profile says of those that are deeper.
 */
class CallDepthTests {

	private static final String CUT = " stacks were cut";

	@BeforeAll
	static void recorder() throws IOException {
		Jfr.prepare();
	}

	@Test
	void stacksOf250CallsAreWhole() throws Exception {
		Profile profile = startThread(245);
		AtomicInteger deepest = new AtomicInteger();
		profile.forEach((stack, labels, values) -> deepest.accumulateAndGet(stack.size(), Math::max));
		assertThat(deepest).satisfies((depth) -> assertThat(depth.get()).isBetween(245, 256));
		assertThat(text(profile)).doesNotContain(CUT);
	}

	@Test
	void deeperOnesAreCutAndTheProfileSaysHowManyAndWhatHelps() throws Exception {
		assertThat(text(startThread(400))).contains("1 of 2" + CUT + " at 256 calls",
				"-XX:FlightRecorderOptions:stackdepth=1024");
	}

	private static String text(Profile profile) {
		return new String(profile.toByteArray(), StandardCharsets.UTF_8);
	}

	private static Profile startThread(int depth) throws Exception {
		try (JfrCollector window = new JfrCollector(new EventProfileBuilder(EventProfile.THREADCREATE, Set.of()))) {
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
