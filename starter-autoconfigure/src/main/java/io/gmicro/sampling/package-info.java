/**
 * Samples the stacks of slow requests and calls while they run, and keeps the last of
 * them.
 */
@NullMarked
package io.gmicro.sampling;

import org.jspecify.annotations.NullMarked;
