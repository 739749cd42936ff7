package io.gmicro.slow;

import io.gmicro.diagnostics.Libraries;

/**
 * How calls are written.
 */
final class Calls {

	private Calls() {
	}

	static boolean isOfLibrary(StackTraceElement call) {
		return Libraries.contain(call.getClassName());
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
