/**
 * Routes that do nothing but use up something that metrics and profiles show: time,
 * processor, memory, a lock.
 */
@NullMarked
package io.gmicro.sample.work;

import org.jspecify.annotations.NullMarked;
