/**
 * Catches slow requests while they are slow: a watchdog samples the stacks of requests
 * that have passed their threshold and keeps their stories.
 */
@NullMarked
package io.gmicro.slow;

import org.jspecify.annotations.NullMarked;
