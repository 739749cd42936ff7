package io.gmicro.recorder;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.gmicro.jfr.Jfr;
import io.gmicro.jfr.JfrEvents;
import io.gmicro.jfr.Platform;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

/**
 * Recordings that end, fail or lose what they held, and those of others beside them.
 */
class LostRecordingTests {

	private static final Map<String, Map<String, String>> THREADS = EventProfile.THREADCREATE.events();

	@BeforeAll
	static void recorder() throws IOException {
		Jfr.prepare();
	}

	@Test
	void oneThatSomethingEndedIsStartedAgainAndCounted() throws Exception {
		try (CumulativeProfiles profiles = new CumulativeProfiles()) {
			startThread();
			assertThat(started(profiles.get(EventProfile.THREADCREATE))).isEqualTo(1);
			FlightRecorder.getFlightRecorder()
				.getRecordings()
				.stream()
				.filter((recording) -> recording.getName().startsWith("gmicro"))
				.forEach(Recording::close);
			startThread();
			profiles.ensureRunning();
			startThread();
			Profile profile = profiles.get(EventProfile.THREADCREATE);
			assertThat(started(profile)).isEqualTo(2);
			assertThat(profiles.restarts()).isEqualTo(1);
			// The one that was not seen is not lost from the sum
			assertThat(sum(profile)).isCloseTo(Platform.threads().getTotalStartedThreadCount(), within(10L));
		}
	}

	@Test
	void oneThatFailsIsNoAnswerAndDoesNotConcernOthers() throws Exception {
		AtomicInteger read = new AtomicInteger();
		try (JfrEvents good = JfrEvents.open("good", THREADS,
				(file) -> file.forEach((event) -> read.incrementAndGet()));
				JfrEvents bad = JfrEvents.open("bad", THREADS, (file) -> {
					throw new OutOfMemoryError("as if");
				})) {
			startThread();
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(ProfilingException.class).isThrownBy(bad::read)
					.satisfies((ex) -> assertThat(ex.status()).isEqualTo(503));
			}
			assertThat(bad.isRunning()).isFalse();
			good.read();
			assertThat(read).hasPositiveValue();
		}
	}

	/** Reading takes events out of the memory of all. */
	@Test
	void windowHasWhatOthersRead() throws Exception {
		try (CumulativeProfiles profiles = new CumulativeProfiles();
				JfrCollector window = new JfrCollector(new EventProfileBuilder(EventProfile.THREADCREATE, Set.of()))) {
			for (int i = 1; i <= 3; i++) {
				startThread();
				assertThat(started(profiles.get(EventProfile.THREADCREATE))).isEqualTo(i);
			}
			try (JfrCollector later = new JfrCollector(new EventProfileBuilder(EventProfile.THREADCREATE, Set.of()))) {
				startThread();
				assertThat(started(later.finish(Duration.ofSeconds(1)))).isEqualTo(1);
			}
			assertThat(started(window.finish(Duration.ofSeconds(1)))).isEqualTo(4);
			assertThat(started(profiles.get(EventProfile.THREADCREATE))).isEqualTo(4);
		}
	}

	/** An application server loads the classes once for each of its applications. */
	@Test
	void applicationHasWhatAnotherOfItsJvmRead() throws Exception {
		URL[] classes = { CumulativeProfiles.class.getProtectionDomain().getCodeSource().getLocation() };
		try (URLClassLoader loader = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader());
				CumulativeProfiles profiles = new CumulativeProfiles();
				AutoCloseable other = otherProfiles(loader)) {
			startThread();
			read(other, loader);
			startThread();
			assertThat(started(profiles.get(EventProfile.THREADCREATE))).isEqualTo(2);
			// What else is there fails who lists or stores them
			assertThat(System.getProperties().values()).allMatch(String.class::isInstance);
		}
	}

	private static AutoCloseable otherProfiles(ClassLoader loader) throws Exception {
		Class<?> type = loader.loadClass(CumulativeProfiles.class.getName());
		assertThat(type).isNotSameAs(CumulativeProfiles.class);
		Constructor<?> constructor = type.getDeclaredConstructor();
		constructor.setAccessible(true);
		return (AutoCloseable) constructor.newInstance();
	}

	private static void read(Object profiles, ClassLoader loader) throws Exception {
		Class<?> profile = loader.loadClass(EventProfile.class.getName());
		Method get = profiles.getClass().getDeclaredMethod("get", profile);
		get.setAccessible(true);
		Field kind = profile.getDeclaredField(EventProfile.THREADCREATE.name());
		kind.setAccessible(true);
		assertThat(get.invoke(profiles, kind.get(null))).isNotNull();
	}

	/** Then events are in its files, old ones among them. */
	@Test
	void eventsAreCountedOnceWhileAnotherRecordingWritesToDisk(@TempDir Path directory) throws Exception {
		try (CumulativeProfiles profiles = new CumulativeProfiles()) {
			startThread();
			try (Recording other = new Recording()) {
				other.enable("jdk.ThreadStart");
				other.start();
				for (int i = 2; i <= 4; i++) {
					startThread();
					assertThat(started(profiles.get(EventProfile.THREADCREATE))).isEqualTo(i);
				}
				try (JfrCollector window = new JfrCollector(
						new EventProfileBuilder(EventProfile.THREADCREATE, Set.of()))) {
					startThread();
					assertThat(started(window.finish(Duration.ofSeconds(1)))).isEqualTo(1);
				}
				other.stop();
				startThread();
				assertThat(started(profiles.get(EventProfile.THREADCREATE))).isEqualTo(6);
				other.dump(directory.resolve("other.jfr"));
			}
			startThread();
			assertThat(started(profiles.get(EventProfile.THREADCREATE))).isEqualTo(7);
		}
	}

	@Test
	void whatAnotherRecordingTookIsSaid() throws Exception {
		try (CumulativeProfiles profiles = new CumulativeProfiles()) {
			assertThat(text(profiles.get(EventProfile.THREADCREATE))).doesNotContain("may be missing");
			try (Recording other = new Recording()) {
				other.start();
			}
			assertThat(text(profiles.get(EventProfile.THREADCREATE))).contains("Events may be missing");
		}
	}

	/** A thread that was started and ended costs JFR up to 16 kB until it is read. */
	@Test
	void eventsThatNobodyAsksForAreForgotten() throws Exception {
		try (CumulativeProfiles profiles = new CumulativeProfiles()) {
			startThread();
			profiles.discardOld();
			assertThat(started(profiles.get(EventProfile.THREADCREATE))).isEqualTo(1);
			for (int i = 0; i < 2_100; i++) {
				startThread();
			}
			profiles.discardOld();
			startThread();
			Profile profile = profiles.get(EventProfile.THREADCREATE);
			assertThat(started(profile)).isEqualTo(2);
			assertThat(sum(profile)).isCloseTo(Platform.threads().getTotalStartedThreadCount(), within(10L));
			assertThat(profiles.restarts()).isZero();
		}
	}

	private static void startThread() throws InterruptedException {
		Thread thread = new Thread(() -> {
		});
		thread.start();
		thread.join();
	}

	private static long started(Profile profile) {
		long[] count = new long[1];
		profile.forEach((stack, labels,
				values) -> count[0] += stack.stream()
					.anyMatch((frame) -> frame.function().equals(LostRecordingTests.class.getName() + ".startThread"))
							? values[0] : 0);
		return count[0];
	}

	private static long sum(Profile profile) {
		long[] count = new long[1];
		profile.forEach((stack, labels, values) -> count[0] += values[0]);
		return count[0];
	}

	private static String text(Profile profile) {
		return new String(profile.toByteArray(), StandardCharsets.UTF_8);
	}

}
