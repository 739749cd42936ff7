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

	private static volatile @Nullable Path path;

	private static @Nullable UserPrincipal owner;

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
			directory = Files.createTempDirectory(temporaryFiles(), PREFIX_OF_PROCESS);
			directory.toFile().deleteOnExit();
			owner = Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS);
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

	/** Whether a directory is one of this process, of whichever of its applications. */
	static boolean isOfProcess(Path directory) {
		return directory.equals(path) || (directory.startsWith(temporaryFiles())
				&& Objects.toString(directory.getFileName(), "").startsWith(PREFIX_OF_PROCESS));
	}

	/** As JFR knows it, without links. */
	static Path temporaryFiles() {
		Path directory = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
		try {
			return directory.toRealPath();
		}
		catch (IOException ex) {
			return directory;
		}
	}

	/** The directory if there is one already. */
	static @Nullable Path existing() {
		return path;
	}

	/** Only if it is this user's own, which no other user can forge. */
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

	/** Without a lock there is no file either, so that the next call tries again. */
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
			// Until then the directory stays if this process is killed
		}
	}

}
