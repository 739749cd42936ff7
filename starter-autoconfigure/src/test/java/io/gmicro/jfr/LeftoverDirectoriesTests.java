package io.gmicro.jfr;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

import io.gmicro.testing.ServerProcess;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a killed process left is removed, and nothing else.
 */
@EnabledOnOs(OS.LINUX)
class LeftoverDirectoriesTests {

	private static final String NAME = PrivateDirectory.PREFIX + "123-456-";

	@TempDir
	private Path parent;

	@TempDir
	private Path elsewhere;

	private Path precious;

	@BeforeEach
	void create() throws Exception {
		this.precious = Files.createFile(this.elsewhere.resolve("precious.jfr"));
		Files.createFile(this.elsewhere.resolve(PrivateDirectory.LOCK));
	}

	@Test
	void directoryOfAProcessThatIsGoneIsRemoved() throws Exception {
		Path left = directory("left", "rwx------");
		Path repository = Files.createDirectory(left.resolve("2026_11_28_18_59_52_9114"));
		Files.createFile(repository.resolve("2026_11_28_18_59_53_02.jfr"));
		Files.createFile(left.resolve("12345.jfr"));
		Files.createSymbolicLink(left.resolve("link"), this.elsewhere);
		Files.createSymbolicLink(repository.resolve("link"), this.precious);
		remove();
		assertThat(left).doesNotExist();
		assertThat(this.precious).exists();
	}

	@Test
	void whatIsNotSurelyOneIsLeft() throws Exception {
		Files.createSymbolicLink(this.parent.resolve(NAME + "link"), this.elsewhere);
		directory("open", "rwxr-xr-x");
		Files.delete(directory("unlocked", "rwx------").resolve(PrivateDirectory.LOCK));
		Path linked = directory("linked", "rwx------");
		Files.delete(linked.resolve(PrivateDirectory.LOCK));
		Files.createSymbolicLink(linked.resolve(PrivateDirectory.LOCK), this.elsewhere.resolve(PrivateDirectory.LOCK));
		Files.createFile(this.parent.resolve(NAME + "file"));
		Path other = Files.createDirectory(this.parent.resolve("other"));
		Files.createFile(other.resolve(PrivateDirectory.LOCK));
		Path nested = directory("nested", "rwx------");
		Files.createDirectories(nested.resolve("a/b/c"));
		List<Path> before = all();
		remove();
		assertThat(all()).containsExactlyInAnyOrderElementsOf(before);
		assertThat(this.precious).exists();
	}

	@Test
	void directoryOfAnotherUserIsLeft() throws Exception {
		Path left = directory("left", "rwx------");
		LeftoverDirectories.remove(this.parent, () -> "someone else");
		assertThat(left).exists();
	}

	@Test
	void directoryOfARunningProcessIsLeft() throws Exception {
		Path running = directory("running", "rwx------");
		try (FileChannel lock = FileChannel.open(running.resolve(PrivateDirectory.LOCK), StandardOpenOption.WRITE)) {
			assertThat(lock.tryLock()).isNotNull();
			remove();
			assertThat(running).exists();
		}
		remove();
		assertThat(running).doesNotExist();
	}

	@Test
	void nextStartRemovesWhatAKilledServerLeft() throws Exception {
		Path temporary = Files.createDirectory(this.parent.resolve("temporary"));
		Path killed;
		try (ServerProcess server = ServerProcess.start(this.parent, temporary, "")) {
			assertThat(server.get("/debug/pprof/allocs").statusCode()).isEqualTo(200);
			killed = directoryIn(temporary);
			server.kill();
		}
		assertThat(killed).exists();
		try (ServerProcess server = ServerProcess.start(this.parent, temporary, "");
				ServerProcess second = ServerProcess.start(this.parent, temporary, "")) {
			await().until(() -> Files.notExists(killed));
			assertThat(server.get("/debug/pprof/allocs").statusCode()).isEqualTo(200);
			assertThat(second.get("/debug/pprof/allocs").statusCode()).isEqualTo(200);
			try (Stream<Path> left = Files.list(temporary)) {
				assertThat(left.filter((path) -> path.getFileName().toString().startsWith(PrivateDirectory.PREFIX)))
					.hasSize(2);
			}
		}
	}

	private static Path directoryIn(Path temporary) throws Exception {
		try (Stream<Path> all = Files.list(temporary)) {
			return all.filter((path) -> path.getFileName().toString().startsWith(PrivateDirectory.PREFIX))
				.findFirst()
				.orElseThrow();
		}
	}

	private void remove() throws Exception {
		LeftoverDirectories.remove(this.parent, Files.getOwner(this.parent));
	}

	private Path directory(String name, String permissions) throws Exception {
		Path directory = Files.createDirectory(this.parent.resolve(NAME + name));
		Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
		Files.createFile(directory.resolve(PrivateDirectory.LOCK));
		return directory;
	}

	private List<Path> all() throws Exception {
		try (Stream<Path> all = Files.walk(this.parent)) {
			return all.toList();
		}
	}

}
