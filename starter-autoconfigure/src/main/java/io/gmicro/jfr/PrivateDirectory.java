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
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;

import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

import org.jspecify.annotations.Nullable;

/**
 * The directory of this process for all files that profiles need, below the directory for
 * temporary files. Only this user can read it. It contains a locked file: the operating
 * system releases the lock when the process ends. Thread-safe.
 */
public final class PrivateDirectory {

	static final String PREFIX = "gmicro-pprof-";

	static final String LOCK = "lock";

	/** Process identifiers repeat, for example after a container is restarted. */
	static final String PREFIX_OF_PROCESS = PREFIX + ProcessHandle.current().pid() + "-"
			+ ManagementFactory.getRuntimeMXBean().getStartTime() + "-";

	private static volatile @Nullable Path path;

	private static @Nullable UserPrincipal owner;

	private PrivateDirectory() {
	}

	/**
	 * The directory, which is created by the first call and again after it was removed.
	 * @return the absolute path
	 * @throws IOException if it cannot be created, or belongs to another user
	 */
	public static synchronized Path get() throws IOException {
		Path directory = path;
		if (directory == null) {
			directory = Files.createTempDirectory(temporaryFiles(), PREFIX_OF_PROCESS);
			directory.toFile().deleteOnExit();
			owner = Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS);
			path = directory;
		}
		restore(directory);
		return directory;
	}

	/**
	 * Restores a private directory of this process that was removed, or that JFR created
	 * again with permissions for all users.
	 * @param directory the directory of this application, or of another of this process
	 * @throws IOException if it cannot be created, or belongs to another user
	 */
	static synchronized void restore(Path directory) throws IOException {
		if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
			create(directory);
		}
		if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
			throw new NotDirectoryException(directory.toString());
		}
		if (isPosix(directory)) {
			closeToOthers(directory);
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

	/** Whether it is the directory of this or another application of this process. */
	static boolean isOfProcess(Path directory) {
		return directory.equals(path) || (directory.startsWith(temporaryFiles())
				&& Objects.toString(directory.getFileName(), "").startsWith(PREFIX_OF_PROCESS));
	}

	/** The directory for temporary files without links, as JFR reports it. */
	static Path temporaryFiles() {
		Path directory = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
		try {
			return directory.toRealPath();
		}
		catch (IOException ex) {
			return directory;
		}
	}

	/** The directory, or {@code null} before the first call of {@link #get()}. */
	static @Nullable Path existing() {
		return path;
	}

	/** Another user cannot create a directory that this user owns. */
	private static void closeToOthers(Path directory) throws IOException {
		PosixFileAttributeView view = Files.getFileAttributeView(directory, PosixFileAttributeView.class,
				LinkOption.NOFOLLOW_LINKS);
		if (!view.readAttributes().owner().equals(owner)) {
			throw new FileSystemException(directory.toString(), null, "it belongs to someone else");
		}
		if (!isPrivate(view)) {
			view.setPermissions(LeftoverDirectories.PRIVATE);
			if (!isPrivate(view)) {
				throw new FileSystemException(directory.toString(), null, "it cannot be closed to others");
			}
		}
	}

	private static boolean isPrivate(PosixFileAttributeView view) throws IOException {
		return view.readAttributes().permissions().equals(LeftoverDirectories.PRIVATE);
	}

	private static boolean isPosix(Path directory) {
		return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
	}

	/**
	 * A channel without references is closed, which releases the lock. JFR's repository
	 * stays in the directory until the process ends, even if this application is
	 * undeployed before, so an MBean of JDK classes only holds the channel.
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

	/** If locking fails the file is deleted, so that the next call tries again. */
	private static void hold(Path directory) {
		Path file = directory.resolve(LOCK);
		try {
			FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
			boolean held = false;
			try {
				if (channel.tryLock() != null) {
					keepOpen(channel, directory);
					file.toFile().deleteOnExit();
					held = true;
				}
			}
			finally {
				if (!held) {
					channel.close();
					Files.deleteIfExists(file);
				}
			}
		}
		catch (IOException | JMException | RuntimeException ex) {
			// Without the lock the directory stays if this process is killed
		}
	}

}
