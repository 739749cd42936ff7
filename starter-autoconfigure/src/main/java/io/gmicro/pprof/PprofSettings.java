package io.gmicro.pprof;

/**
 * Settings of the {@link PprofServlet}.
 *
 * @param maxSeconds maximum duration of a profile in seconds
 * @param heap whether to serve {@code heap}, which pauses the JVM
 * @param trace whether to serve {@code trace}, which is large
 * @param requestLabels whether requests are recorded, so that samples can be labelled
 * with their routes
 * @param arguments number of arguments of the application's main method, negative if it
 * is unknown
 */
public record PprofSettings(int maxSeconds, boolean heap, boolean trace, boolean requestLabels, int arguments) {
}
