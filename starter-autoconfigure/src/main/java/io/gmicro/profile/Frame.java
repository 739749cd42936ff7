package io.gmicro.profile;

import java.util.regex.Pattern;

/**
 * A stack frame.
 *
 * @param function the class and method, such as {@code com.example.OrderRepository.find}
 * @param descriptor the method descriptor in the format of the JVM, empty if it is
 * unknown
 * @param file the path of the source file below the source root, such as
 * {@code com/example/OrderRepository.java}, empty if it is unknown
 * @param line the line number, 0 if it is unknown
 */
public record Frame(String function, String descriptor, String file, int line) {

	/**
	 * Random or counted parts in the names of generated classes, which differ between
	 * runs and instances. The text before each part identifies the generator, so that no
	 * other name is shortened.
	 */
	private static final Pattern GENERATED = Pattern.compile(String.join("|",
			// Hidden classes and lambdas
			"/.*", "[+.]0x[0-9a-f]+.*", "(?<=\\$\\$Lambda)[$+/.].*",
			// Proxies of the JDK, and their modules
			"(?<=(?:^|\\.)\\$Proxy)\\d+$", "(?<=^jdk\\.(?:proxy|MHProxy))\\d+(?=\\.)",
			// Reflection and serialization of the JDK
			"(?<=^(?:jdk\\.internal|sun)\\.reflect\\.Generated(?:Method|Constructor|SerializationConstructor)Accessor)\\d+$",
			// CGLIB: Shop$$SpringCGLIB$$0, Shop$$EnhancerBySpringCGLIB$$3f2a1b_2
			"(?<=\\$\\$(?:SpringCGLIB|FastClass|[A-Z]\\w{1,30}By\\w{1,30}))\\$\\$[0-9a-f]+(?:_\\d+)?(?=\\$|$)",
			// Byte Buddy, and what is made with it
			"(?<=\\$(?:ByteBuddy|auxiliary|MockitoMock|Hibernate(?:Basic)?Proxy|HibernateInstantiator|HibernateAccessOptimizer))"
					+ "\\$[0-9A-Za-z]+(?=\\$|$)",
			// Javassist
			"(?<=_\\$\\$_jvst)[0-9a-f]+_[0-9a-f]+$", "(?<=_\\$\\$_javassist)_\\d+$",
			// Jackson, Spring Data, Spring's expressions
			"(?<=\\$Access4Jackson(?:S|Des)erializer)[0-9a-f]+$", "(?<=_(?:_Accessor|Instantiator))_[0-9a-z]+$",
			"(?<=^spel\\.Ex)\\d+$"));

	private static final long FNV_OFFSET = 0xcbf29ce484222325L;

	private static final long FNV_PRIME = 0x100000001b3L;

	private static final long ADDRESS_MASK = (1L << 47) - 1;

	/** The frame of an element of a stack trace. */
	public static Frame of(StackTraceElement element) {
		String type = typeName(element.getClassName());
		String file = (element.getFileName() != null) ? element.getFileName() : "";
		int end = type.lastIndexOf('.');
		String path = (file.isEmpty() || end < 0) ? file : type.substring(0, end).replace('.', '/') + "/" + file;
		return new Frame(type + "." + element.getMethodName(), "", path, Math.max(element.getLineNumber(), 0));
	}

	/** A frame that is no method call, with the name to show. */
	public static Frame named(String name) {
		return new Frame(name, "", "", 0);
	}

	/** The name of a class without the parts that differ between runs. */
	public static String typeName(String className) {
		return GENERATED.matcher(className).replaceAll("");
	}

	/**
	 * A stable and practically unique address, by which tools that compare profiles
	 * identify locations. It is the 64-bit FNV-1a hash, reduced to the 47 bits of a
	 * user-space address.
	 * @return the address, greater than zero
	 */
	public long address() {
		long hash = FNV_OFFSET;
		for (String part : new String[] { this.function, this.descriptor, this.file }) {
			for (int i = 0; i < part.length(); i++) {
				hash = (hash ^ part.charAt(i)) * FNV_PRIME;
			}
			hash = (hash ^ 0xff) * FNV_PRIME;
		}
		hash = (hash ^ this.line) * FNV_PRIME;
		return Math.max(hash & ADDRESS_MASK, 1);
	}

}
