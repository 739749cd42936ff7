package io.gmicro.jfr;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.management.JMException;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which JFR writes a file whenever its memory is read. HotSpot ends the
 * process if it cannot write there, so this is checked before each read.
 */
public final class JfrRepository {

	/** In bytes. */
	public static final long MEGABYTE = 1L << 20;

	/**
	 * Required free space in bytes: four times what a read writes if JFR's memory is
	 * full.
	 */
	public static final long LEAST_SPACE = 64 * MEGABYTE;

	/** JFR opens a few, and the application may open some at the same time. */
	private static final int LEAST_DESCRIPTORS = 64;

	/** JFR creates a directory and a file, and its copy is another file. */
	private static final int LEAST_FILES = 8;

	private static final long DEFAULT_MEMORY = 10 * MEGABYTE;

	private static final Pattern PATH = Pattern.compile("(?m)^Repository path: (.+)$");

	private static final Pattern MEMORY = Pattern.compile("(?m)^Memory size: ([0-9]+)[.,0-9]* (kB|MB|GB)$");

	private JfrRepository() {
	}

	/**
	 * Moves the repository to the private directory, unless the user chose its directory
	 * or a recording may use it.
	 */
	static void makePrivate() throws IOException {
		Path directory = PrivateDirectory.get();
		if (!isChosen() && directory.toString().indexOf('"') < 0) {
			try {
				Platform.diagnosticCommand("jfrConfigure", "repositorypath=\"" + directory + '"');
			}
			catch (JMException ex) {
				// The repository stays where it is
			}
		}
	}

	private static boolean isChosen() {
		if (options().contains("repository=")) {
			return true;
		}
		if (!FlightRecorder.isInitialized()) {
			return false;
		}
		Path path = path(configuration());
		return !FlightRecorder.getFlightRecorder().getRecordings().isEmpty() || path == null
				|| !PrivateDirectory.temporaryFiles().equals(path.getParent());
	}

	/**
	 * The options of {@code -XX:FlightRecorderOptions}, whether from the command line, a
	 * file or the environment.
	 */
	static String options() {
		try {
			HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
			return Objects.toString(vm.getVMOption("FlightRecorderOptions").getValue(), "");
		}
		catch (RuntimeException ex) {
			return "";
		}
	}

	private static String configuration() {
		try {
			return Platform.diagnosticCommand("jfrConfigure");
		}
		catch (JMException ex) {
			return "";
		}
	}

	private static @Nullable Path path(String configuration) {
		Matcher path = PATH.matcher(configuration);
		return (path.find() && !path.group(1).strip().equals("N/A")) ? Path.of(path.group(1).strip()) : null;
	}

	/** Size of the memory after which JFR discards the oldest events, in bytes. */
	static long memorySize() {
		return memorySize(configuration());
	}

	private static long memorySize(String configuration) {
		Matcher memory = MEMORY.matcher(configuration);
		if (!memory.find()) {
			return DEFAULT_MEMORY;
		}
		long number = Long.parseLong(memory.group(1));
		return switch (memory.group(2)) {
			case "kB" -> number << 10;
			case "MB" -> number << 20;
			default -> number << 30;
		};
	}

	/**
	 * Checks that files can be written in the repository, with space to spare.
	 * @param expected expected size of the file in bytes
	 * @throws ProfilingException if they cannot
	 */
	static void requireWritable(long expected) throws ProfilingException {
		String configuration = configuration();
		Path repository = path(configuration);
		if (repository == null) {
			repository = PrivateDirectory.temporaryFiles();
		}
		requireDescriptors();
		long least = LEAST_SPACE + 2 * Math.max(memorySize(configuration) - DEFAULT_MEMORY, 0);
		try {
			requireSpace(PrivateDirectory.get(), least);
			Path existing = existing(repository);
			requireSpace(existing, least);
			tryToWrite(existing, expected, LEAST_FILES);
		}
		catch (IOException ex) {
			throw new ProfilingException(503, "the JDK Flight Recorder cannot write in " + repository + reason(ex)
					+ ": make the directory for temporary files writable, or name one that is with -Djava.io.tmpdir");
		}
	}

	private static String reason(IOException ex) {
		if (ex instanceof NoSuchFileException) {
			return " (it is missing)";
		}
		String reason = (ex instanceof FileSystemException system) ? system.getReason() : null;
		return (reason != null) ? " (" + reason + ")" : "";
	}

	private static void requireDescriptors() throws ProfilingException {
		if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
				&& freeDescriptors(system) < LEAST_DESCRIPTORS) {
			throw new ProfilingException(503, "fewer than " + LEAST_DESCRIPTORS
					+ " file descriptors are free, some of which the JDK Flight Recorder needs: raise the limit of open "
					+ "files (ulimit -n)");
		}
	}

	private static long freeDescriptors(UnixOperatingSystemMXBean system) {
		try {
			return system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount();
		}
		catch (InternalError ex) {
			// Counting them needs a descriptor, too
			return 0;
		}
	}

	/** If the repository was removed, JFR creates it again, but not its parent. */
	static Path existing(Path repository) throws IOException {
		if (Files.exists(repository, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(repository)) {
			throw new NotDirectoryException(repository.toString());
		}
		Path parent = Objects.requireNonNullElse(repository.getParent(), repository);
		if (PrivateDirectory.isOfProcess(parent)) {
			PrivateDirectory.restore(parent);
		}
		return Files.isDirectory(repository) ? repository : parent;
	}

	/**
	 * Checks the free space of a directory.
	 * @param directory the directory
	 * @param least required free space in bytes
	 * @throws IOException if it cannot be determined
	 * @throws ProfilingException if less is free
	 */
	public static void requireSpace(Path directory, long least) throws IOException, ProfilingException {
		if (Files.getFileStore(directory).getUsableSpace() < least) {
			throw new ProfilingException(503,
					"less than " + least / MEGABYTE + " MB is free in " + directory
							+ ", where the JDK Flight Recorder writes: free some, or name another directory with "
							+ "-Djava.io.tmpdir");
		}
	}

	/** Quotas and limits of the process show only when files are written. */
	private static void tryToWrite(Path directory, long size, int files) throws IOException {
		Path file = Files.createTempFile(directory, PrivateDirectory.PREFIX, ".tmp");
		try (OutputStream out = Files.newOutputStream(file)) {
			if (files > 1) {
				tryToWrite(directory, 0, files - 1);
			}
			byte[] block = new byte[1 << 16];
			for (long left = size; left > 0; left -= block.length) {
				out.write(block);
			}
		}
		finally {
			Files.deleteIfExists(file);
		}
	}

}
