package io.gmicro.jfr;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/**
 * Removes the private directories of processes that were killed. It deletes only a
 * directory of this user that no other user can open and whose lock no process holds. It
 * never follows links.
 */
public final class LeftoverDirectories {

	static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

	private static final int MAX_ENTRIES = 10_000;

	private static final Path LOCK = Path.of(PrivateDirectory.LOCK);

	private LeftoverDirectories() {
	}

	/** Removes them from the directory for temporary files. */
	public static void remove() {
		Path own = PrivateDirectory.existing();
		if (own != null) {
			try {
				remove(PrivateDirectory.temporaryFiles(), Files.getOwner(own, LinkOption.NOFOLLOW_LINKS));
			}
			catch (IOException | UnsupportedOperationException ex) {
				// Without owners it is unknown whose they are
			}
		}
	}

	/**
	 * Removes them from a directory. Failures are ignored.
	 * @param parent the directory that contains them
	 * @param user the owner of the directories to remove
	 */
	static void remove(Path parent, UserPrincipal user) {
		try (DirectoryStream<Path> all = Files.newDirectoryStream(parent)) {
			if (all instanceof SecureDirectoryStream<Path> entries) {
				int seen = 0;
				for (Path entry : entries) {
					String name = entry.getFileName().toString();
					if (name.startsWith(PrivateDirectory.PREFIX)
							&& !name.startsWith(PrivateDirectory.PREFIX_OF_PROCESS)) {
						removeQuietly(entries, entry.getFileName(), user);
					}
					if (++seen == MAX_ENTRIES) {
						return;
					}
				}
			}
		}
		catch (IOException | RuntimeException ex) {
			// The next start tries again
		}
	}

	private static void removeQuietly(SecureDirectoryStream<Path> parent, Path name, UserPrincipal user) {
		try {
			PosixFileAttributes attributes = parent
				.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
				.readAttributes();
			if (attributes.isDirectory() && attributes.owner().equals(user) && attributes.permissions().equals(PRIVATE)
					&& isEmptied(parent, name)) {
				parent.deleteDirectory(name);
			}
		}
		catch (IOException | RuntimeException ex) {
			// It belongs to another user, or another process removes it
		}
	}

	private static boolean isEmptied(SecureDirectoryStream<Path> parent, Path name) throws IOException {
		try (SecureDirectoryStream<Path> directory = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
				SeekableByteChannel lock = directory.newByteChannel(LOCK,
						Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
			if (lock instanceof FileChannel file && file.tryLock() != null) {
				empty(directory, true);
				directory.deleteFile(LOCK);
				return true;
			}
			return false;
		}
	}

	/** JFR's repository is one level deep. */
	private static void empty(SecureDirectoryStream<Path> directory, boolean withDirectories) throws IOException {
		int seen = 0;
		for (Path entry : directory) {
			Path name = entry.getFileName();
			boolean isDirectory = directory
				.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
				.readAttributes()
				.isDirectory();
			if (isDirectory && withDirectories) {
				try (SecureDirectoryStream<Path> nested = directory.newDirectoryStream(name,
						LinkOption.NOFOLLOW_LINKS)) {
					empty(nested, false);
				}
				directory.deleteDirectory(name);
			}
			else if (!isDirectory && !name.equals(LOCK)) {
				directory.deleteFile(name);
			}
			if (++seen == MAX_ENTRIES) {
				return;
			}
		}
	}

}
