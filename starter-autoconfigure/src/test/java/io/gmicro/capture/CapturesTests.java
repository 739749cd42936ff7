package io.gmicro.capture;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When something is captured, what is in it and what is kept.
 */
@ExtendWith(OutputCaptureExtension.class)
class CapturesTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final Duration DELAY = Duration.ofSeconds(20);

	private static final Duration INTERVAL = Duration.ofMinutes(10);

	private static final CaptureContent HELLO = new CaptureContent("hello.txt",
			(out, past) -> out.write("hello".getBytes(StandardCharsets.UTF_8)));

	@TempDir
	private Path directory;

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final AtomicReference<@Nullable String> holds = new AtomicReference<>();

	private final AtomicLong checks = new AtomicLong();

	private final AtomicLong preparations = new AtomicLong();

	private final AtomicReference<Duration> past = new AtomicReference<>(Duration.ZERO);

	@Test
	void reasonThatEndsIsCapturedAtItsEnd(CapturedOutput output) throws Exception {
		Captures captures = captures(null, 5, 1 << 20, HELLO);
		checkSeconds(captures, 0, 5);
		this.holds.set("11 slow requests");
		checkSeconds(captures, 5, 8);
		this.holds.set("12 slow requests");
		checkSeconds(captures, 8, 10);
		assertThat(captures.list()).isEmpty();
		this.holds.set(null);
		checkSeconds(captures, 10, 30);
		assertThat(captures.list()).singleElement().satisfies((capture) -> {
			assertThat(capture.reason()).isEqualTo(CaptureReason.SLOW_REQUESTS);
			assertThat(capture.time()).isBetween(Instant.now().minusSeconds(60), Instant.now());
			Map<String, String> files = unzipped(captures.read(capture.name()));
			assertThat(files).containsOnlyKeys("hello.txt", "reason.txt").containsEntry("hello.txt", "hello");
			assertThat(files.get("reason.txt"))
				.isEqualTo("slow_requests: 12 slow requests\ncaptured at " + capture.time() + "\n");
		});
		assertThat(this.past.get()).isEqualTo(Duration.ofSeconds(65));
		assertThat(count(CaptureReason.SLOW_REQUESTS)).isEqualTo(1);
		assertThat(count(CaptureReason.CPU)).isZero();
		assertThat(output)
			.containsOnlyOnce("Captured the diagnostics because of slow_requests (12 slow requests): 0 kB, in memory");
	}

	@Test
	void reasonThatGoesOnIsCapturedAfterADelayAndOnce() throws Exception {
		Captures captures = captures(null, 5, 1 << 20);
		this.holds.set("many");
		checkSeconds(captures, 0, 20);
		assertThat(captures.list()).isEmpty();
		checkSeconds(captures, 20, 3600);
		assertThat(captures.list()).hasSize(1);
		assertThat(this.past.get()).isEqualTo(Duration.ofSeconds(80));
	}

	@Test
	void captureIsPreparedWhileItsReasonIsPending() {
		Captures captures = captures(null, 5, 1 << 20);
		checkSeconds(captures, 0, 100);
		assertThat(this.preparations).hasValue(0);
		this.holds.set("many");
		checkSeconds(captures, 100, 101);
		assertThat(this.preparations).hasValue(1);
		checkSeconds(captures, 101, 120);
		assertThat(this.preparations).hasValue(4);
		checkSeconds(captures, 120, 300);
		assertThat(this.preparations).hasValue(4);
	}

	@Test
	void reasonThatReturnsIsCapturedAgainAfterTheInterval() throws Exception {
		Captures captures = captures(null, 100, 1 << 20);
		for (int second = 0; second < 3600; second += 60) {
			this.holds.set("many");
			checkSeconds(captures, second, second + 10);
			this.holds.set(null);
			checkSeconds(captures, second + 10, second + 60);
		}
		// It may begin again ten minutes after the last one: every eleven minutes
		assertThat(count(CaptureReason.SLOW_REQUESTS)).isBetween(5.0, 6.0);
	}

	@Test
	void pendingReasonIsCapturedWhenTheCapturesClose() throws Exception {
		Captures captures = captures(this.directory, 5, 1 << 20, HELLO);
		captures.start();
		captures.start();
		this.holds.set("many");
		await().until(() -> this.checks.get() >= 2);
		assertThat(captures.list()).isEmpty();
		captures.close();
		captures.close();
		assertThat(captures.list()).hasSize(1);
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName).doesNotContain(Captures.THREAD);
		// The next process
		assertThat(captures(this.directory, 5, 1 << 20).list()).isEqualTo(captures.list());
	}

	@Test
	void nothingIsCapturedWhenItClosesWithoutAReason() throws Exception {
		Captures captures = captures(null, 5, 1 << 20);
		captures.start();
		await().until(() -> this.checks.get() >= 1);
		captures.close();
		assertThat(captures.list()).isEmpty();
	}

	@Test
	void fileThatFailsIsNamedAndTheOthersAreThere() throws Exception {
		Captures captures = captures(null, 5, 1 << 20, new CaptureContent("bad.txt", (out, past) -> {
			out.write(new byte[] { 'a', 'b' });
			throw new IllegalStateException("no history\nsecond line");
		}), new CaptureContent("worse.txt", (out, past) -> {
			throw new NoClassDefFoundError("jdk/jfr/Recording");
		}), HELLO);
		Map<String, String> files = unzipped(captures.read(captures.capture().name()));
		assertThat(files).containsEntry("bad.txt", "ab")
			.containsEntry("worse.txt", "")
			.containsEntry("hello.txt", "hello");
		assertThat(files.get("reason.txt")).startsWith("manual: requested\n")
			.endsWith("bad.txt is incomplete: no history\nworse.txt is incomplete: jdk/jfr/Recording\n");
		assertThat(count(CaptureReason.MANUAL)).isEqualTo(1);
	}

	@Test
	void captureIsBounded() throws Exception {
		byte[] random = new byte[4 << 20];
		new Random(1).nextBytes(random);
		Captures captures = captures(null, 5, 1 << 20, new CaptureContent("large", (out, past) -> out.write(random)),
				new CaptureContent("larger", (out, past) -> {
					for (byte value : random) {
						out.write(value);
					}
				}), HELLO);
		byte[] zip = captures.read(captures.capture().name());
		assertThat(zip).isNotNull().hasSizeLessThan(1 << 20);
		assertThat(unzipped(zip).get("reason.txt")).contains("large is incomplete: the capture would exceed ",
				"larger is incomplete: the capture would exceed ");
	}

	@Test
	void conditionThatThrowsIsCountedAndTheOthersAreChecked(CapturedOutput output) throws Exception {
		Captures captures = new Captures(settings(null, 5, 1 << 20),
				List.of(new CaptureTrigger(CaptureReason.CPU, (now) -> {
					throw new IllegalStateException("broken");
				}), new CaptureTrigger(CaptureReason.HEAP, (now) -> (now < 2 * SECOND) ? "full" : null)), List.of(),
				() -> {
				}, this.registry);
		checkSeconds(captures, 0, 10);
		assertThat(captures.list()).extracting(Capture::reason).containsExactly(CaptureReason.HEAP);
		assertThat(this.registry.get("gmicro.capture.errors").counter().count()).isEqualTo(10);
		assertThat(output).containsOnlyOnce("broken");
	}

	@Test
	void oldestAreEvicted() throws Exception {
		for (Path where : new @Nullable Path[] { null, this.directory }) {
			Captures few = captures(where, 3, 1 << 20, HELLO);
			List<String> names = new ArrayList<>();
			for (int i = 0; i < 10; i++) {
				names.add(captureLater(few, names));
			}
			assertThat(few.list()).extracting(Capture::name).containsExactly(names.get(9), names.get(8), names.get(7));
			assertThat(few.read(names.get(0))).isNull();
			assertThat(unzipped(few.read(names.get(7)))).containsEntry("hello.txt", "hello");
		}
	}

	@Test
	void sizeOfAllIsBounded() throws Exception {
		byte[] random = new byte[400 << 10];
		new Random(1).nextBytes(random);
		Captures captures = captures(this.directory, 100, 1 << 20,
				new CaptureContent("large", (out, past) -> out.write(random)));
		List<String> names = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			names.add(captureLater(captures, names));
		}
		assertThat(captures.list()).extracting(Capture::name).containsExactly(names.get(4), names.get(3));
	}

	/** Names are those of milliseconds. */
	private static String captureLater(Captures captures, List<String> names) throws IOException {
		long last = System.currentTimeMillis();
		while (!names.isEmpty() && System.currentTimeMillis() == last) {
			Thread.onSpinWait();
		}
		return captures.capture().name();
	}

	@Test
	void foreignFilesAreNeitherReadNorDeleted() throws Exception {
		List<String> foreign = List.of("orders.log", "gmicro-capture-x.zip",
				"gmicro-capture-20260101T000000.000Z-other.zip", "gmicro-capture-20269901T000000.000Z-cpu.zip",
				"xgmicro-capture-20260101T000000.000Z-cpu.zip", "gmicro-capture-20260101T000000.000Z-cpu.zip.bak");
		for (String name : foreign) {
			Files.writeString(this.directory.resolve(name), "foreign");
		}
		Files.createDirectory(this.directory.resolve("gmicro-capture-20260101T000000.000Z-cpu.zip"));
		Path outside = Files.writeString(this.directory.resolve("outside"), "secret");
		Files.createSymbolicLink(this.directory.resolve("gmicro-capture-20260101T000000.000Z-heap.zip"), outside);
		Captures captures = captures(this.directory, 1, 1 << 20, HELLO);
		assertThat(captures.list()).isEmpty();
		String name = captures.capture().name();
		String newest = captureLater(captures, List.of(name));
		assertThat(captures.list()).extracting(Capture::name).containsExactly(newest);
		for (String read : List.of("../outside", "outside", "orders.log",
				"gmicro-capture-20260101T000000.000Z-heap.zip")) {
			assertThat(captures.read(read)).as(read).isNull();
		}
		assertThat(foreign).allSatisfy((file) -> assertThat(this.directory.resolve(file)).hasContent("foreign"));
		assertThat(this.directory.resolve("gmicro-capture-20260101T000000.000Z-cpu.zip")).isDirectory();
	}

	@Test
	void whatAKilledProcessWasWritingIsDeletedLater() throws Exception {
		Path old = Files.writeString(this.directory.resolve("gmicro-capture-20260101T000000.000Z-cpu.zip.unfinished"),
				"half");
		Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
		Path fresh = Files.writeString(this.directory.resolve("gmicro-capture-20260101T000000.001Z-cpu.zip.unfinished"),
				"half");
		Captures captures = captures(this.directory, 5, 1 << 20, HELLO);
		captures.capture();
		assertThat(old).doesNotExist();
		assertThat(fresh).exists();
		assertThat(captures.list()).hasSize(1);
	}

	@Test
	@DisabledOnOs(OS.WINDOWS)
	void onlyThisUserCanReadAFile() throws Exception {
		Path nested = this.directory.resolve("a/b");
		Capture capture = captures(nested, 5, 1 << 20, HELLO).capture();
		assertThat(Files.getPosixFilePermissions(nested.resolve(capture.name())))
			.isEqualTo(PosixFilePermissions.fromString("rw-------"));
		try (Stream<Path> files = Files.list(nested)) {
			assertThat(files).hasSize(1);
		}
	}

	@Test
	void directoryThatCannotBeWrittenIsSaidAndTheCaptureKeptInMemory(CapturedOutput output) throws Exception {
		Path file = Files.writeString(this.directory.resolve("file"), "no directory");
		Captures captures = captures(file.resolve("captures"), 5, 1 << 20, HELLO);
		for (int i = 0; i < 2; i++) {
			Capture capture = captures.capture();
			assertThat(unzipped(captures.read(capture.name()))).containsEntry("hello.txt", "hello");
			assertThat(captures.list()).contains(capture);
		}
		assertThat(this.registry.get("gmicro.capture.errors").counter().count()).isEqualTo(2);
		assertThat(output).containsOnlyOnce("The capture is kept in memory, since it cannot be written to ");
	}

	private Captures captures(@Nullable Path where, int keep, long maxBytes, CaptureContent... contents) {
		List<CaptureContent> all = new ArrayList<>();
		for (CaptureContent content : contents) {
			all.add(new CaptureContent(content.name(), (out, span) -> {
				this.past.set(span);
				content.writer().write(out, span);
			}));
		}
		if (all.isEmpty()) {
			all.add(new CaptureContent("past.txt", (out, span) -> this.past.set(span)));
		}
		return new Captures(settings(where, keep, maxBytes),
				List.of(new CaptureTrigger(CaptureReason.SLOW_REQUESTS, (now) -> {
					this.checks.incrementAndGet();
					return this.holds.get();
				})), all, this.preparations::incrementAndGet, this.registry);
	}

	private static Captures.Settings settings(@Nullable Path where, int keep, long maxBytes) {
		return new Captures.Settings(where, keep, maxBytes, DELAY, INTERVAL);
	}

	private static void checkSeconds(Captures captures, int from, int to) {
		for (int second = from; second < to; second++) {
			captures.check(second * SECOND);
		}
	}

	private double count(CaptureReason reason) {
		return this.registry.get("gmicro.captures").tag("reason", reason.lowerCaseName()).counter().count();
	}

	private static Map<String, String> unzipped(byte @Nullable [] zip) throws IOException {
		assertThat(zip).isNotNull();
		Map<String, String> files = new HashMap<>();
		try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
			for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
				files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
			}
		}
		return files;
	}

}
