package io.gmicro.pprof;

import java.util.regex.Pattern;

/**
 * One call on a stack.
 *
 * @param function the method with its class, as in
 * {@code com.example.OrderRepository.find}
 * @param descriptor the method's descriptor in the JVM's form, empty when it is not known
 * @param file the source file below its package, as in
 * {@code com/example/OrderRepository.java}, empty when it is not known
 * @param line the line in it, 0 when it is not known
 */
public record Frame(String function, String descriptor, String file, int line) {

	/**
	 * The names of generated classes differ from run to run; without their number they
	 * can be compared.
	 */
	private static final Pattern GENERATED_CLASS = Pattern.compile(
			"(?<=\\$\\$(?:Lambda|InjectedInvoker|FastClass\\w{0,30}))[$+/].*|[+/.]0x[0-9a-f]+.*|(?<=Accessor)\\d+$");

	private static final long FNV_OFFSET = 0xcbf29ce484222325L;

	private static final long FNV_PRIME = 0x100000001b3L;

	private static final long ADDRESS_MASK = (1L << 47) - 1;

	/**
	 * A frame of a thread's stack trace.
	 * @param element the element of the stack trace
	 * @return the frame
	 */
	public static Frame of(StackTraceElement element) {
		String type = typeName(element.getClassName());
		String file = (element.getFileName() != null) ? element.getFileName() : "";
		int end = type.lastIndexOf('.');
		String path = (file.isEmpty() || end < 0) ? file : type.substring(0, end).replace('.', '/') + "/" + file;
		return new Frame(type + "." + element.getMethodName(), "", path, Math.max(element.getLineNumber(), 0));
	}

	/**
	 * A frame that stands for something that has no stack.
	 * @param name what to show
	 * @return the frame
	 */
	static Frame named(String name) {
		return new Frame(name, "", "", 0);
	}

	/**
	 * The name of a class without what differs from run to run.
	 * @param className the name of the class
	 * @return the name, the same in every run
	 */
	static String typeName(String className) {
		return GENERATED_CLASS.matcher(className).replaceFirst("");
	}

	/**
	 * An address that is the same in every profile and another for every other frame:
	 * tools that compare profiles tell locations apart by it. The 64-bit FNV-1a hash, cut
	 * to the 47 bits of a user-space address.
	 * @return the address, greater than zero
	 */
	long address() {
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
