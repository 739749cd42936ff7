package io.gmicro.jfr;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The source files of classes, which JFR does not record and which cannot be derived from
 * the class name: a file may contain several classes or be written in Kotlin. They are
 * read from the class files and cached for the {@value #MAX_CLASSES} most recently used
 * classes. Thread-safe.
 */
final class SourceFiles {

	static final int MAX_CLASSES = 10_000;

	private static final String LAMBDA = "$$Lambda";

	private static final int MAGIC = 0xcafebabe;

	private static final Map<String, String> files = new LinkedHashMap<>(16, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
			return size() > MAX_CLASSES;
		}

	};

	private SourceFiles() {
	}

	/**
	 * The source file of a class. For a lambda it is that of the class that contains it.
	 * @param className the name of the class
	 * @return the path below the source root, such as
	 * {@code com/example/OrderRepository.java}, empty if it is unknown
	 */
	static String of(String className) {
		int lambda = className.indexOf(LAMBDA);
		String name = (lambda < 0) ? className : className.substring(0, lambda);
		synchronized (files) {
			String known = files.get(name);
			if (known != null) {
				return known;
			}
		}
		String file = find(name.replace('.', '/'));
		synchronized (files) {
			files.put(name, file);
		}
		return file;
	}

	private static String find(String path) {
		try (InputStream in = open(path + ".class")) {
			String file = (in != null) ? read(new DataInputStream(new BufferedInputStream(in))) : "";
			return file.isEmpty() ? "" : path.substring(0, path.lastIndexOf('/') + 1) + file;
		}
		catch (IOException | RuntimeException ex) {
			// The source file is unknown
			return "";
		}
	}

	private static @Nullable InputStream open(String resource) {
		ClassLoader context = Thread.currentThread().getContextClassLoader();
		InputStream in = (context != null) ? context.getResourceAsStream(resource) : null;
		if (in == null) {
			ClassLoader own = SourceFiles.class.getClassLoader();
			in = (own != null && own != context) ? own.getResourceAsStream(resource) : null;
		}
		return in;
	}

	/**
	 * Reads the attribute {@code SourceFile}.
	 *
	 * @see <a href="https://docs.oracle.com/javase/specs/jvms/se17/html/jvms-4.html">JVMS
	 * 4</a>
	 */
	private static String read(DataInputStream in) throws IOException {
		if (in.readInt() != MAGIC) {
			return "";
		}
		in.skipNBytes(4);
		String[] strings = new String[in.readUnsignedShort()];
		for (int i = 1; i < strings.length; i++) {
			switch (in.readUnsignedByte()) {
				case 1 -> strings[i] = in.readUTF();
				case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
				case 5, 6 -> {
					in.skipNBytes(8);
					i++;
				}
				case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
				case 15 -> in.skipNBytes(3);
				default -> throw new IOException("unknown constant");
			}
		}
		in.skipNBytes(6);
		in.skipNBytes(2L * in.readUnsignedShort());
		skipMembers(in);
		skipMembers(in);
		for (int left = in.readUnsignedShort(); left > 0; left--) {
			String name = strings[in.readUnsignedShort()];
			long length = Integer.toUnsignedLong(in.readInt());
			if ("SourceFile".equals(name)) {
				return Objects.requireNonNullElse(strings[in.readUnsignedShort()], "");
			}
			in.skipNBytes(length);
		}
		return "";
	}

	private static void skipMembers(DataInputStream in) throws IOException {
		for (int members = in.readUnsignedShort(); members > 0; members--) {
			in.skipNBytes(6);
			for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
				in.skipNBytes(2);
				in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
			}
		}
	}

}
