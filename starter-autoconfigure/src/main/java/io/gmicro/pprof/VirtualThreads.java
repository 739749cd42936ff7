package io.gmicro.pprof;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.management.JMException;
import javax.management.ObjectName;

import org.jspecify.annotations.Nullable;

/**
 * The stacks of all threads at one moment, virtual ones among them, in a file that only
 * this user can read and that is gone when this is closed. The JDK offers no other way to
 * see virtual threads.
 *
 * @see <a href="https://openjdk.org/jeps/444">JEP 444</a>
 */
final class VirtualThreads implements Closeable {

	private static final int JAVA = 21;

	private static final Pattern CALL = Pattern
		.compile("\\s+(?:at )?(?:[\\w.@-]+/)?(?:[\\w.@-]*/)?([^\\s()]+)\\.([^\\s().]+)\\(([^()]*)\\)");

	private final Path directory;

	private final Path file;

	private VirtualThreads(Path directory) {
		this.directory = directory;
		this.file = directory.resolve("threads.txt");
	}

	static VirtualThreads dump() throws ProfilingException, IOException {
		if (Runtime.version().feature() < JAVA) {
			throw new ProfilingException(400, "virtual=1 needs Java " + JAVA + " or newer");
		}
		VirtualThreads dump = new VirtualThreads(Files.createTempDirectory(Platform.TEMPORARY_FILES));
		try {
			ManagementFactory.getPlatformMBeanServer()
				.invoke(new ObjectName("com.sun.management:type=HotSpotDiagnostic"), "dumpThreads",
						new Object[] { dump.file.toString(), "TEXT_PLAIN" },
						new String[] { String.class.getName(), String.class.getName() });
			return dump;
		}
		catch (JMException ex) {
			dump.close();
			throw new ProfilingException(501, "this JVM cannot dump virtual threads");
		}
		catch (RuntimeException | Error ex) {
			dump.close();
			throw ex;
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
	 * Writes a dump in the JDK's own form.
	 * @param out where to write; it is not closed
	 * @throws IOException if it cannot be written
	 * @throws ProfilingException if this JVM cannot dump
	 */
	static void write(OutputStream out) throws IOException, ProfilingException {
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
