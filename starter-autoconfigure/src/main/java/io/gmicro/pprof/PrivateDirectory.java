package io.gmicro.pprof;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

import org.jspecify.annotations.Nullable;

/**
 * The one directory of this process for everything that profiles write, below the
 * directory for temporary files. Only this user can read it. A lock that the operating
 * system releases with the process shows whether the process still runs.
 */
final class PrivateDirectory {

	static final String PREFIX = "gmicro-pprof-";

	static final String LOCK = "lock";

	/** The identifier of a process may be that of an earlier one, as in a container. */
	static final String PREFIX_OF_PROCESS = PREFIX + ProcessHandle.current().pid() + "-"
			+ ManagementFactory.getRuntimeMXBean().getStartTime() + "-";

	private static @Nullable Path path;

	/** Closing it would release the lock. */
	@SuppressWarnings("unused")
	private static @Nullable FileChannel lock;

	private PrivateDirectory() {
	}

	/**
	 * The directory, which is created at the first call and whenever it was removed.
	 * @return the absolute path
	 * @throws IOException if it cannot be created, or is no longer this user's own
	 */
	static synchronized Path get() throws IOException {
		Path directory = path;
		if (directory == null) {
			directory = Files.createTempDirectory(temporaryFiles(), PREFIX_OF_PROCESS).toAbsolutePath();
			directory.toFile().deleteOnExit();
			path = directory;
			hold(directory);
		}
		else if (!isOwn(directory)) {
			if (isPosix(directory)) {
				Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(LeftoverDirectories.PRIVATE));
			}
			else {
				Files.createDirectory(directory);
			}
			hold(directory);
		}
		return directory;
	}

	static Path temporaryFiles() {
		return Path.of(System.getProperty("java.io.tmpdir"));
	}

	/** The directory if there is one already. */
	static synchronized @Nullable Path existing() {
		return path;
	}

	/** Its removal, after which someone else may have made it, is noticed. */
	private static boolean isOwn(Path directory) throws IOException {
		if (!isPosix(directory)) {
			return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
		}
		try {
			PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class,
					LinkOption.NOFOLLOW_LINKS);
			if (attributes.isDirectory() && attributes.permissions().equals(LeftoverDirectories.PRIVATE)) {
				// Nobody else can create a file in it
				Files.delete(Files.createTempFile(directory, "own", null));
				return true;
			}
			throw new IOException(directory + " is not private");
		}
		catch (NoSuchFileException ex) {
			return false;
		}
	}

	private static boolean isPosix(Path directory) {
		return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
	}

	private static void hold(Path directory) {
		try {
			Path file = directory.resolve(LOCK);
			FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
			file.toFile().deleteOnExit();
			lock = channel;
			channel.tryLock();
		}
		catch (IOException ex) {
			// Nobody will remove the directory if this process is killed
		}
	}

}
