package io.gmicro.jfr;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

import org.jspecify.annotations.Nullable;

/**
 * The one directory of this process for everything that profiles write, below the
 * directory for temporary files. Only this user can read it. A lock that the operating
 * system releases with the process shows whether the process still runs.
 */
public final class PrivateDirectory {

	static final String PREFIX = "gmicro-pprof-";

	static final String LOCK = "lock";

	/** The identifier of a process may be that of an earlier one, as in a container. */
	static final String PREFIX_OF_PROCESS = PREFIX + ProcessHandle.current().pid() + "-"
			+ ManagementFactory.getRuntimeMXBean().getStartTime() + "-";

	private static @Nullable Path path;

	private PrivateDirectory() {
	}

	/**
	 * The directory, which is created at the first call and whenever it was removed.
	 * @return the absolute path
	 * @throws IOException if it cannot be created, or is no longer this user's own
	 */
	public static synchronized Path get() throws IOException {
		Path directory = path;
		if (directory == null) {
			directory = Files.createTempDirectory(temporaryFiles(), PREFIX_OF_PROCESS).toAbsolutePath();
			directory.toFile().deleteOnExit();
			path = directory;
		}
		restore(directory);
		return directory;
	}

	/**
	 * Makes a directory of this process what it was: something may have removed it, and
	 * the recorder, which needs its parent to exist, made another that all may read.
	 * @param directory the directory of this application, or of another of this process
	 * @throws IOException if it cannot be created, or belongs to someone else by now
	 */
	static synchronized void restore(Path directory) throws IOException {
		if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
			create(directory);
		}
		if (isPosix(directory)) {
			requireOwn(directory);
		}
		if (Files.notExists(directory.resolve(LOCK), LinkOption.NOFOLLOW_LINKS)) {
			hold(directory);
		}
	}

	private static void create(Path directory) throws IOException {
		if (isPosix(directory)) {
			Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(LeftoverDirectories.PRIVATE));
		}
		else {
			Files.createDirectory(directory);
		}
	}

	/** Whether a directory is one of this process, for whichever of its applications. */
	static boolean isOfProcess(Path directory) {
		return directory.startsWith(temporaryFiles().toAbsolutePath())
				&& Objects.toString(directory.getFileName(), "").startsWith(PREFIX_OF_PROCESS);
	}

	static Path temporaryFiles() {
		return Path.of(System.getProperty("java.io.tmpdir"));
	}

	/** The directory if there is one already. */
	static synchronized @Nullable Path existing() {
		return path;
	}

	private static void requireOwn(Path directory) throws IOException {
		PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class,
				LinkOption.NOFOLLOW_LINKS);
		if (!attributes.isDirectory()) {
			throw new NotDirectoryException(directory.toString());
		}
		Path file = Files.createTempFile(directory, "own", null);
		try {
			if (!Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).equals(attributes.owner())) {
				throw new FileSystemException(directory.toString(), null, "it belongs to someone else");
			}
		}
		finally {
			Files.delete(file);
		}
		if (!attributes.permissions().equals(LeftoverDirectories.PRIVATE)) {
			Files.setPosixFilePermissions(directory, LeftoverDirectories.PRIVATE);
		}
	}

	private static boolean isPosix(Path directory) {
		return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
	}

	/**
	 * Closed, the channel would release the lock, and it is closed when nothing refers to
	 * it. The recorder's repository is in the directory for as long as the process lives,
	 * which may be longer than this application is deployed: so the JDK has to hold it,
	 * and no class of ours with it.
	 */
	private static void keepOpen(Channel channel, Path directory) throws JMException {
		MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
		ObjectName name = new ObjectName(
				"io.gmicro:type=DirectoryLock,directory=" + ObjectName.quote(directory.toString()));
		if (beans.isRegistered(name)) {
			beans.unregisterMBean(name);
		}
		beans.registerMBean(new StandardMBean(channel, Channel.class, false), name);
	}

	private static void hold(Path directory) {
		try {
			Path file = directory.resolve(LOCK);
			FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
			file.toFile().deleteOnExit();
			channel.tryLock();
			keepOpen(channel, directory);
		}
		catch (IOException | JMException ex) {
			// The directory stays if this process is killed
		}
	}

}
