package io.gmicro.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What the kernel says of locks. To try one is no way to find out: a process loses all
 * its locks of a file when it closes that file, however often it has it open.
 *
 * @see <a href=
 * "https://man7.org/linux/man-pages/man2/fcntl_locking.2.html">fcntl_locking</a>
 */
public final class FileLocks {

	private FileLocks() {
	}

	/**
	 * Who has locked a file.
	 * @param file the file
	 * @return the identifier of a process, or nothing if the file is not locked
	 * @throws IOException if there is no such file
	 */
	public static OptionalLong holder(Path file) throws IOException {
		String inode = ":" + Files.getAttribute(file, "unix:ino");
		try (Stream<String> locks = Files.lines(Path.of("/proc/locks"))) {
			return locks.map((lock) -> lock.trim().split("\\s+"))
				.filter((lock) -> lock[1].equals("POSIX") && lock[5].endsWith(inode))
				.mapToLong((lock) -> Long.parseLong(lock[4]))
				.findFirst();
		}
	}

}
