package io.gmicro.jfr;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import io.gmicro.testing.FileLocks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The directory of this process outlives what may happen to it.
 */
@EnabledOnOs(OS.LINUX)
class PrivateDirectoryTests {

	/** As the application of another class loader has one. */
	private final Path directory = PrivateDirectory.temporaryFiles()
		.resolve(PrivateDirectory.PREFIX_OF_PROCESS + "test");

	@BeforeEach
	void own() throws IOException {
		PrivateDirectory.get();
	}

	@AfterEach
	void delete() throws IOException {
		FileSystemUtils.deleteRecursively(this.directory);
	}

	@Test
	void removedIsCreatedAgain() throws Exception {
		PrivateDirectory.restore(this.directory);
		FileSystemUtils.deleteRecursively(this.directory);
		PrivateDirectory.restore(this.directory);
		assertPrivateAndLocked();
	}

	/** As the recorder does, which leaves no lock in it. */
	@Test
	void createdBySomethingElseOfThisUserIsClosedToOthers() throws Exception {
		Files.createDirectory(this.directory);
		Files.setPosixFilePermissions(this.directory, PosixFilePermissions.fromString("rwxr-xr-x"));
		PrivateDirectory.restore(this.directory);
		assertPrivateAndLocked();
	}

	@Test
	void intactStaysAsItIs() throws Exception {
		PrivateDirectory.restore(this.directory);
		Path file = Files.createFile(this.directory.resolve("1.jfr"));
		PrivateDirectory.restore(this.directory);
		assertThat(file).exists();
		assertPrivateAndLocked();
	}

	@Test
	@EnabledIf("isRoot")
	void ofSomeoneElseIsRefused() throws Exception {
		Files.createDirectory(this.directory);
		Files.setPosixFilePermissions(this.directory, PosixFilePermissions.fromString("rwxrwxrwx"));
		Files.setOwner(this.directory,
				this.directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
		assertThatExceptionOfType(FileSystemException.class).isThrownBy(() -> PrivateDirectory.restore(this.directory))
			.withMessageContaining("belongs to someone else");
		assertThat(this.directory).isEmptyDirectory();
	}

	@Test
	void linkIsRefused(@TempDir Path elsewhere) throws Exception {
		Files.createSymbolicLink(this.directory, elsewhere);
		assertThatExceptionOfType(NotDirectoryException.class)
			.isThrownBy(() -> PrivateDirectory.restore(this.directory));
		assertThat(elsewhere).isEmptyDirectory();
	}

	/** An application may be undeployed, and the recorder goes on in its directory. */
	@Test
	void repositoryOfAnotherApplicationOfTheProcessIsRestored() throws Exception {
		assertThat(JfrRepository.existing(this.directory.resolve("2026_11_29_12_24_20_28684")))
			.isEqualTo(this.directory);
		assertPrivateAndLocked();
	}

	@Test
	void repositoryElsewhereIsNotCreated(@TempDir Path elsewhere) throws Exception {
		Path chosen = elsewhere.resolve(PrivateDirectory.PREFIX_OF_PROCESS + "chosen");
		JfrRepository.existing(chosen.resolve("repository"));
		JfrRepository.existing(elsewhere.resolve("any/repository"));
		assertThat(elsewhere.resolve("any")).doesNotExist();
	}

	/** Nobody else can give a directory to someone else. */
	static boolean isRoot() {
		return System.getProperty("user.name").equals("root");
	}

	/** The recorder names its repository without links. */
	@Test
	void linkOnTheWayToTemporaryFilesDoesNotMatter(@TempDir Path elsewhere) throws Exception {
		Path real = Files.createDirectory(elsewhere.resolve("real")).toRealPath();
		Path linked = Files.createSymbolicLink(elsewhere.resolve("linked"), real);
		String before = System.setProperty("java.io.tmpdir", linked.toString());
		try {
			Path lost = real.resolve(PrivateDirectory.PREFIX_OF_PROCESS + "lost");
			assertThat(JfrRepository.existing(lost.resolve("repository"))).isEqualTo(lost).isDirectory();
		}
		finally {
			System.setProperty("java.io.tmpdir", before);
		}
	}

	private void assertPrivateAndLocked() throws IOException {
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.directory))).isEqualTo("rwx------");
		assertThat(FileLocks.holder(this.directory.resolve(PrivateDirectory.LOCK)))
			.hasValue(ProcessHandle.current().pid());
	}

}
