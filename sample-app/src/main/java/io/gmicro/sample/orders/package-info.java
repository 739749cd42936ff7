/**
 * The shop's orders: a REST resource kept in memory, and its own metrics.
 */
@NullMarked
package io.gmicro.sample.orders;

import org.jspecify.annotations.NullMarked;
