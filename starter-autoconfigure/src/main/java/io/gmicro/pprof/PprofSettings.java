package io.gmicro.pprof;

/**
 * What the profiles may do and show.
 *
 * @param maxSeconds the longest duration that may be asked for, in seconds
 * @param heap whether {@code heap} is served, for which the JVM stands still
 * @param trace whether {@code trace} is served, which is large
 * @param requestLabels whether requests are marked, so that samples can be labelled with
 * their routes
 * @param arguments how many arguments the application's main method has, negative if that
 * is unknown
 */
public record PprofSettings(int maxSeconds, boolean heap, boolean trace, boolean requestLabels, int arguments) {
}
