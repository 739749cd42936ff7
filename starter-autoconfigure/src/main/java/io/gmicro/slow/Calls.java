package io.gmicro.slow;

/**
 * How calls are written.
 */
final class Calls {

	private Calls() {
	}

	/** One that stands for time without any call. */
	static StackTraceElement stoodStill(long nanos) {
		return new StackTraceElement("", "[process stood still " + Times.tenths(nanos) + " s]", null, -1);
	}

	private static boolean isNone(StackTraceElement call) {
		return call.getClassName().isEmpty();
	}

	static String packagePrefix(StackTraceElement call) {
		return call.getClassName().substring(0, call.getClassName().lastIndexOf('.') + 1);
	}

	static String shortName(StackTraceElement call) {
		return isNone(call) ? call.getMethodName()
				: call.getClassName().substring(packagePrefix(call).length()) + "." + call.getMethodName();
	}

	static String source(StackTraceElement call) {
		if (isNone(call)) {
			return "";
		}
		if (call.isNativeMethod()) {
			return "native";
		}
		String file = (call.getFileName() != null) ? call.getFileName() : "unknown source";
		return (call.getLineNumber() >= 0) ? file + ":" + call.getLineNumber() : file;
	}

	/** Enough to know a library by. */
	static String longName(StackTraceElement call) {
		return packagePrefix(call) + shortName(call);
	}

	static String fullName(StackTraceElement call) {
		return isNone(call) ? shortName(call) : packagePrefix(call) + shortName(call) + "(" + source(call) + ")";
	}

}
