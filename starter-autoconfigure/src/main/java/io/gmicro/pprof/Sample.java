package io.gmicro.pprof;

import java.util.List;

import io.gmicro.profile.Frame;

/**
 * A stack and how much of something it stands for.
 *
 * @param stack the calls, innermost first
 * @param value how much, in the unit of its profile
 */
record Sample(List<Frame> stack, long value) {
}
