package io.gmicro.profile;

/**
 * What a number in a profile means, such as {@code delay/nanoseconds}.
 *
 * @param type what is counted
 * @param unit the unit, in pprof's spelling: {@code count}, {@code nanoseconds} or
 * {@code bytes}
 */
public record ValueType(String type, String unit) {
}
