package io.gmicro.jfr;

import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

import io.gmicro.testing.ServerProcess;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A directory for temporary files that is full, fills up or cannot be written to. HotSpot
 * ends the process when its recorder cannot write; nothing that is asked for may lead
 * there.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FullDiskTests {

	private static final String PPROF = "/debug/pprof/";

	private static final String WITHOUT_ROOM = "less than 64 MB is free in ";

	private static final List<String> COUNTED = List.of("allocs", "mutex", "block", "threadcreate?debug=1");

	private static final List<String> WATCHED = List.of("profile?seconds=1", "allocs?seconds=1", "mutex?seconds=1",
			"block?seconds=1", "threadcreate?seconds=1", "flamegraph?profile=cpu&seconds=1");

	private static final List<String> OTHERS = List.of("goroutine", "goroutine?debug=2", "heap?gc=1", "cmdline",
			"symbol", "", "goroutine?seconds=1", "flamegraph?profile=goroutine");

	@TempDir
	private Path directory;

	@Test
	void fullFromTheStart() throws Exception {
		try (ServerProcess server = ServerProcess.onSmallDisk(this.directory, 8, 8);
				Traffic traffic = new Traffic(server)) {
			assertRefused(server);
			assertServed(server, OTHERS);
			traffic.assertServed();
			// Free, but too small
			server.freeDisk();
			assertRefused(server);
			assertThat(text(server.get(PPROF + "allocs"))).startsWith(WITHOUT_ROOM);
			traffic.assertServed();
		}
	}

	@Test
	void filledBetweenProfilesAndFreedAgain() throws Exception {
		try (ServerProcess server = ServerProcess.onSmallDisk(this.directory, 160, 0);
				Traffic traffic = new Traffic(server)) {
			assertServed(server, COUNTED);
			assertServed(server, WATCHED);
			for (int i = 0; i < 2; i++) {
				server.fillDisk();
				assertRefused(server);
				assertThat(text(server.get(PPROF + "profile?seconds=1"))).startsWith(WITHOUT_ROOM);
				assertServed(server, OTHERS);
				traffic.assertServed();
				server.freeDisk();
				assertServed(server, COUNTED);
				assertServed(server, WATCHED);
			}
			assertThat(text(server.get(PPROF + "threadcreate?debug=1"))).contains("DiskServer$WorkController.work");
			traffic.assertServed();
		}
	}

	@Test
	void filledWhileProfilesRun() throws Exception {
		try (ServerProcess server = ServerProcess.onSmallDisk(this.directory, 160, 0);
				Traffic traffic = new Traffic(server)) {
			assertServed(server, COUNTED);
			for (String target : List.of("profile?seconds=4", "block?seconds=4", "flamegraph?seconds=4")) {
				CompletableFuture<HttpResponse<byte[]>> running = CompletableFuture
					.supplyAsync(() -> server.get(PPROF + target));
				traffic.await(20);
				server.fillDisk();
				HttpResponse<byte[]> response = running.join();
				assertThat(response.statusCode()).as(target).isIn(200, 503);
				assertThat(target.startsWith("flamegraph") ? text(response) : unzipped(response)).as(target)
					.containsIgnoringCase("nothing was recorded")
					.contains(WITHOUT_ROOM);
				assertRefused(server);
				server.freeDisk();
				assertServed(server, COUNTED);
			}
			traffic.assertServed();
		}
	}

	@Test
	void historyHasAGapUntilThereIsRoom() throws Exception {
		try (ServerProcess server = ServerProcess.onSmallDisk(this.directory, 160, 0,
				"-Dgmicro.pprof.history.enabled=true"); Traffic traffic = new Traffic(server)) {
			awaitKept(server);
			server.fillDisk();
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.untilAsserted(() -> assertThat(text(server.get(PPROF + "profile?ago=1s")))
					.startsWith("nothing was kept then: " + WITHOUT_ROOM));
			assertThat(text(server.get(PPROF))).contains("Not recorded now: " + WITHOUT_ROOM);
			traffic.await(20);
			server.freeDisk();
			awaitKept(server);
			assertThat(text(server.get(PPROF))).doesNotContain("Not recorded now");
			assertThat(unzipped(server.get(PPROF + "profile?ago=5m"))).contains("Missing: ",
					"kept in windows of up to 30 s");
			assertThat(server.log())
				.containsOnlyOnce("The profile history has a gap until this is solved: " + WITHOUT_ROOM)
				.contains("The profile history continues");
			traffic.assertServed();
		}
	}

	private static void awaitKept(ServerProcess server) {
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.untilAsserted(() -> assertThat(server.get(PPROF + "profile?ago=1s").statusCode()).isEqualTo(200));
	}

	@Test
	void nothingIsWrittenWithoutARequestAndNothingStays() throws Exception {
		Path temporary = Files.createDirectory(this.directory.resolve("temporary"));
		try (ServerProcess server = ServerProcess.start(this.directory, temporary, "");
				Traffic traffic = new Traffic(server)) {
			traffic.await(20);
			assertThat(files(temporary)).containsExactly(PrivateDirectory.LOCK);
			assertServed(server, COUNTED);
			assertServed(server, WATCHED);
			assertThat(files(temporary)).containsExactly(PrivateDirectory.LOCK);
			try (Stream<Path> directories = Files.list(temporary)) {
				assertThat(directories).filteredOn((directory) -> !directory.toString().contains("tomcat"))
					.singleElement()
					.satisfies((directory) -> assertThat(Files.getPosixFilePermissions(directory))
						.isEqualTo(LeftoverDirectories.PRIVATE));
			}
			traffic.assertServed();
		}
	}

	/** As a tidy-up of old temporary files does, and a limit that no free space shows. */
	@Test
	void temporaryFilesAreRemovedOrLimited() throws Exception {
		Path temporary = Files.createDirectory(this.directory.resolve("temporary"));
		try (ServerProcess server = ServerProcess.start(this.directory, temporary, "");
				Traffic traffic = new Traffic(server)) {
			assertServed(server, COUNTED);
			delete(temporary);
			assertRefused(server);
			Files.createFile(temporary);
			assertRefused(server);
			Files.delete(temporary);
			Files.createDirectory(temporary);
			assertServed(server, COUNTED);
			assertServed(server, WATCHED);
			Path repository = repository(temporary);
			delete(repository);
			Files.createFile(repository);
			assertRefused(server, COUNTED);
			assertRefused(server, WATCHED);
			Files.delete(repository);
			assertServed(server, COUNTED);
			traffic.assertServed();
		}
		try (ServerProcess server = ServerProcess.start(this.directory, temporary, "ulimit -f 1000; ");
				Traffic traffic = new Traffic(server)) {
			assertRefused(server, COUNTED);
			assertRefused(server, WATCHED);
			traffic.assertServed();
		}
	}

	/** A disk recording needs the removed directory, so JFR makes it, open to all. */
	@Test
	void removedDirectoryIsMadeAnewByJfr() throws Exception {
		Path temporary = Files.createDirectory(this.directory.resolve("temporary"));
		try (ServerProcess server = ServerProcess.start(this.directory, temporary, "")) {
			assertServed(server, COUNTED);
			Path own = Objects.requireNonNull(repository(temporary).getParent());
			delete(own);
			server.diagnose("JFR.start", "name=mine");
			server.diagnose("JFR.stop", "name=mine");
			assertThat(Files.getPosixFilePermissions(own)).isNotEqualTo(LeftoverDirectories.PRIVATE);
			assertServed(server, COUNTED);
			assertServed(server, WATCHED);
			assertThat(Files.getPosixFilePermissions(own)).isEqualTo(LeftoverDirectories.PRIVATE);
		}
	}

	/** JFR's own is below the one that only this user can open. */
	private static Path repository(Path temporary) throws Exception {
		try (Stream<Path> directories = Files.walk(temporary, 2)) {
			return directories.filter(Files::isDirectory)
				.filter((directory) -> temporary.relativize(directory)
					.toString()
					.matches(PrivateDirectory.PREFIX + "[^/]+/[^/]+"))
				.findFirst()
				.orElseThrow();
		}
	}

	@Test
	void fewFilesAreLeftToCreate() throws Exception {
		try (ServerProcess server = ServerProcess.onDiskOfFewFiles(this.directory, 80);
				Traffic traffic = new Traffic(server)) {
			assertServed(server, COUNTED);
			for (int left : List.of(0, 1, 2, 3, 7, 9)) {
				server.createFilesBut(left);
				HttpResponse<byte[]> response = server.get(PPROF + "threadcreate");
				assertThat(response.statusCode()).as("%d left", left)
					.isIn((left < 8) ? List.of(503) : List.of(200, 503));
				traffic.assertServed();
				server.deleteFiles();
			}
			assertServed(server, COUNTED);
			traffic.assertServed();
		}
	}

	@Test
	void fewFileDescriptorsAreLeft() throws Exception {
		Path temporary = Files.createDirectory(this.directory.resolve("temporary"));
		int limit = 400;
		try (ServerProcess server = ServerProcess.start(this.directory, temporary, "ulimit -n " + limit + "; ");
				Traffic traffic = new Traffic(server)) {
			assertServed(server, COUNTED);
			List<Socket> connections = new ArrayList<>();
			try {
				// Enough is left for the connections of the test, and too little for a
				// recording
				for (int more = limit - 40 - server.open(); more > 0; more--) {
					connections.add(server.connect());
				}
				Awaitility.await().until(() -> server.open() > limit - 64);
				for (String target : COUNTED) {
					HttpResponse<byte[]> response = server.get(PPROF + target);
					assertThat(response.statusCode()).as(target).isEqualTo(503);
					assertThat(text(response)).contains("file descriptors", "ulimit -n").hasLineCount(1);
				}
				traffic.assertServed();
			}
			finally {
				for (Socket connection : connections) {
					connection.close();
				}
			}
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.until(() -> server.get(PPROF + "threadcreate").statusCode() == 200);
			traffic.assertServed();
		}
	}

	private static void assertServed(ServerProcess server, List<String> targets) {
		for (String target : targets) {
			HttpResponse<byte[]> response = server.get(PPROF + target);
			assertThat(response.statusCode()).as(() -> target + ": " + text(response) + server.log()).isEqualTo(200);
		}
	}

	private static void assertRefused(ServerProcess server) {
		List<String> targets = new ArrayList<>(COUNTED);
		targets.addAll(WATCHED);
		if (Runtime.version().feature() >= 21) {
			targets.addAll(List.of("goroutine?virtual=1", "goroutine?virtual=1&debug=2", "trace?seconds=1"));
		}
		assertRefused(server, targets);
	}

	private static void assertRefused(ServerProcess server, List<String> targets) {
		for (String target : targets) {
			HttpResponse<byte[]> response = server.get(PPROF + target);
			assertThat(response.statusCode()).as(() -> target + ": " + text(response)).isEqualTo(503);
			assertThat(response.headers().firstValue("X-Go-Pprof")).hasValue("1");
			assertThat(text(response)).as(target).contains("-Djava.io.tmpdir").endsWith("\n").hasLineCount(1);
		}
		assertThat(server.isAlive()).isTrue();
	}

	private static String text(HttpResponse<byte[]> response) {
		return new String(response.body(), StandardCharsets.UTF_8);
	}

	private static String unzipped(HttpResponse<byte[]> response) throws Exception {
		try (var in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private static List<String> files(Path directory) throws Exception {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter(Files::isRegularFile).map((file) -> file.getFileName().toString()).toList();
		}
	}

	private static void delete(Path directory) throws Exception {
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(file);
			}
		}
	}

	/** Ordinary requests, one after the other, until it is closed. */
	private static final class Traffic implements AutoCloseable {

		private final Queue<String> failures = new ConcurrentLinkedQueue<>();

		private final AtomicInteger served = new AtomicInteger();

		private final ServerProcess server;

		private final Thread thread;

		private volatile boolean closed;

		Traffic(ServerProcess server) {
			this.server = server;
			this.thread = new Thread(this::run, "traffic");
			this.thread.start();
		}

		private void run() {
			while (!this.closed) {
				try {
					int status = this.server.get("/work").statusCode();
					if (status == 200) {
						this.served.incrementAndGet();
					}
					else {
						this.failures.add("status " + status);
					}
				}
				catch (RuntimeException ex) {
					this.failures.add(ex.toString());
					return;
				}
			}
		}

		void await(int more) {
			int enough = this.served.get() + more;
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.until(() -> this.served.get() >= enough || !this.failures.isEmpty());
			assertThat(this.failures).isEmpty();
		}

		void assertServed() {
			await(3);
			assertThat(this.server.isAlive()).isTrue();
		}

		@Override
		public void close() throws InterruptedException {
			this.closed = true;
			this.thread.join();
		}

	}

}
