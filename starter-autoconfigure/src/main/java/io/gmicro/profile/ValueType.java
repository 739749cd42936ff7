package io.gmicro.profile;

/**
 * The type of a value in a profile, such as {@code delay/nanoseconds}.
 *
 * @param type the quantity
 * @param unit the unit as pprof names it: {@code count}, {@code nanoseconds} or
 * {@code bytes}
 */
public record ValueType(String type, String unit) {
}
