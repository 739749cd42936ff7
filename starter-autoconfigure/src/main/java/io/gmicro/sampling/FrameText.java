package io.gmicro.sampling;

/**
 * How calls are written.
 */
public final class FrameText {

	private FrameText() {
	}

	/** One that stands for time without any call. */
	static StackTraceElement stoodStill(long nanos) {
		return new StackTraceElement("", "[process stood still " + TimeText.tenths(nanos) + " s]", null, -1);
	}

	private static boolean isNone(StackTraceElement call) {
		return call.getClassName().isEmpty();
	}

	/** The package with a dot, or nothing. */
	public static String packagePrefix(StackTraceElement call) {
		return call.getClassName().substring(0, call.getClassName().lastIndexOf('.') + 1);
	}

	/** Class and method without the package. */
	public static String shortName(StackTraceElement call) {
		return isNone(call) ? call.getMethodName()
				: call.getClassName().substring(packagePrefix(call).length()) + "." + call.getMethodName();
	}

	/** File and line as far as they are known. */
	public static String source(StackTraceElement call) {
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
	public static String longName(StackTraceElement call) {
		return packagePrefix(call) + shortName(call);
	}

	/** Package, class, method, file and line. */
	public static String fullName(StackTraceElement call) {
		return isNone(call) ? shortName(call) : packagePrefix(call) + shortName(call) + "(" + source(call) + ")";
	}

}
