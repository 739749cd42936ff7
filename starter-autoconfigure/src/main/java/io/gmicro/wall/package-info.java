/**
 * Wall-clock profiles: what the samples of requests in flight add up to, now and in the
 * last minutes.
 */
@NullMarked
package io.gmicro.wall;

import org.jspecify.annotations.NullMarked;
