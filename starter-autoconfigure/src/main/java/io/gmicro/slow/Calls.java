package io.gmicro.slow;

import java.util.List;

/**
 * How calls are written.
 */
final class Calls {

	private static final List<String> LIBRARIES = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.", "jakarta.",
			"org.springframework.", "org.apache.", "org.eclipse.jetty.");

	private static final String GENERATED = "$$";

	private Calls() {
	}

	/**
	 * Whether a call is of the JDK, Spring or the container, or of a class that they
	 * generated, and not of the application.
	 * @param call the call
	 * @return {@code false} for everything that is not known as a library
	 */
	static boolean isOfLibrary(StackTraceElement call) {
		String type = call.getClassName();
		return type.contains(GENERATED) || LIBRARIES.stream().anyMatch(type::startsWith);
	}

	static String packagePrefix(StackTraceElement call) {
		return call.getClassName().substring(0, call.getClassName().lastIndexOf('.') + 1);
	}

	static String shortName(StackTraceElement call) {
		return call.getClassName().substring(packagePrefix(call).length()) + "." + call.getMethodName();
	}

	static String source(StackTraceElement call) {
		if (call.isNativeMethod()) {
			return "native";
		}
		String file = (call.getFileName() != null) ? call.getFileName() : "unknown source";
		return (call.getLineNumber() >= 0) ? file + ":" + call.getLineNumber() : file;
	}

	static String fullName(StackTraceElement call) {
		return packagePrefix(call) + shortName(call) + "(" + source(call) + ")";
	}

}
