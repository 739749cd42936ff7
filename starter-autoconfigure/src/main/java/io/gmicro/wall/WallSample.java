package io.gmicro.wall;

/**
 * A sample of a request or call in flight.
 *
 * @param method the method label
 * @param route the route label
 * @param activity what it was doing, such as {@code database}
 * @param stack its stack, innermost call first, empty if there is none
 * @param nanos the time that the sample represents, in nanoseconds
 */
public record WallSample(String method, String route, String activity, StackTraceElement[] stack, long nanos) {
}
