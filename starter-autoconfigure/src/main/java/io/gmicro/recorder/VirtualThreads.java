package io.gmicro.recorder;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.management.ObjectName;
import javax.management.OperationsException;
import javax.management.ReflectionException;

import io.gmicro.jfr.JfrRepository;
import io.gmicro.jfr.PrivateDirectory;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import org.jspecify.annotations.Nullable;

/**
 * A file with the current stacks of all threads, including virtual threads, that only
 * this user can read. Closing it deletes the file. The JDK has no other way to list
 * virtual threads.
 *
 * @see <a href="https://openjdk.org/jeps/444">JEP 444</a>
 */
public final class VirtualThreads implements Closeable {

	private static final int JAVA = 21;

	private static final long MAX_SIZE = 128 * JfrRepository.MEGABYTE;

	private static final long PAUSE_MILLIS = 20;

	private static final Pattern CALL = Pattern
		.compile("\\s+(?:at )?(?:[\\w.@-]+/)?(?:[\\w.@-]*/)?([^\\s()]+)\\.([^\\s().]+)\\(([^()]*)\\)");

	private final Path directory;

	private final Path file;

	private VirtualThreads(Path directory) {
		this.directory = directory;
		this.file = directory.resolve("threads.txt");
	}

	/** Whether this Java version has virtual threads. */
	public static boolean exist() {
		return Runtime.version().feature() >= JAVA;
	}

	static VirtualThreads dump() throws ProfilingException, InterruptedException {
		if (!exist()) {
			throw new ProfilingException(400, "virtual=1 needs Java " + JAVA + " or newer");
		}
		try {
			Path parent = PrivateDirectory.get();
			JfrRepository.requireSpace(parent, JfrRepository.LEAST_SPACE);
			VirtualThreads dump = new VirtualThreads(Files.createTempDirectory(parent, null));
			try {
				dump.write();
				return dump;
			}
			catch (IOException | ProfilingException | InterruptedException | RuntimeException | Error ex) {
				dump.close();
				throw ex;
			}
		}
		catch (IOException ex) {
			throw new ProfilingException(503, "the threads cannot be written to a file: make the directory for "
					+ "temporary files writable, or name one that is with -Djava.io.tmpdir");
		}
	}

	/** The size is unknown beforehand, so the JVM is interrupted at the limit. */
	private void write() throws IOException, ProfilingException, InterruptedException {
		FutureTask<@Nullable Object> task = new FutureTask<>(() -> ManagementFactory.getPlatformMBeanServer()
			.invoke(new ObjectName("com.sun.management:type=HotSpotDiagnostic"), "dumpThreads",
					new Object[] { this.file.toString(), "TEXT_PLAIN" },
					new String[] { String.class.getName(), String.class.getName() }));
		Thread thread = new Thread(task, "gmicro-pprof-threads");
		thread.setDaemon(true);
		thread.start();
		try {
			while (!isDone(task)) {
				requireLess();
			}
			requireLess();
		}
		finally {
			// Closes the file
			thread.interrupt();
			thread.join();
		}
	}

	private static boolean isDone(FutureTask<?> task) throws IOException, ProfilingException, InterruptedException {
		try {
			task.get(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
			return true;
		}
		catch (TimeoutException ex) {
			return false;
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof OperationsException || ex.getCause() instanceof ReflectionException) {
				throw new ProfilingException(501, "this JVM cannot dump virtual threads");
			}
			throw new IOException(ex);
		}
	}

	private void requireLess() throws IOException, ProfilingException {
		JfrRepository.requireSpace(this.directory, JfrRepository.LEAST_SPACE / 2);
		if (Files.exists(this.file) && Files.size(this.file) > MAX_SIZE) {
			throw new ProfilingException(503, "there are too many virtual threads: their stacks take more than "
					+ MAX_SIZE / JfrRepository.MEGABYTE + " MB");
		}
	}

	Profile profile() throws IOException {
		Profile profile = ThreadDump.create().time(Instant.now()).comment("Virtual threads included");
		try (BufferedReader lines = Files.newBufferedReader(this.file)) {
			List<Frame> stack = null;
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.startsWith("#")) {
					add(stack, profile);
					stack = new ArrayList<>();
				}
				Matcher call = CALL.matcher(line);
				if (stack != null && stack.size() < ThreadDump.MAX_DEPTH && call.matches()) {
					stack.add(frame(call.group(1), call.group(2), call.group(3)));
				}
			}
			add(stack, profile);
		}
		return profile;
	}

	private static void add(@Nullable List<Frame> stack, Profile profile) {
		if (stack != null) {
			ThreadDump.add(stack, profile);
		}
	}

	private static Frame frame(String type, String method, String source) {
		int colon = source.lastIndexOf(':');
		boolean hasLine = colon > 0 && source.substring(colon + 1).matches("\\d{1,6}");
		int line = hasLine ? Integer.parseInt(source.substring(colon + 1)) : source.equals("Native Method") ? -2 : -1;
		String file = hasLine ? source.substring(0, colon) : source.endsWith(".java") ? source : null;
		return Frame.of(new StackTraceElement(type, method, file, line));
	}

	/**
	 * Writes a thread dump in the format of the JDK.
	 * @param out the stream to write to, which stays open
	 * @throws IOException if it cannot be written
	 * @throws ProfilingException if this JVM cannot dump virtual threads
	 * @throws InterruptedException if the thread is interrupted
	 */
	public static void write(OutputStream out) throws IOException, ProfilingException, InterruptedException {
		try (VirtualThreads threads = dump()) {
			Files.copy(threads.file, out);
		}
	}

	@Override
	public void close() throws IOException {
		Files.deleteIfExists(this.file);
		Files.delete(this.directory);
	}

}
