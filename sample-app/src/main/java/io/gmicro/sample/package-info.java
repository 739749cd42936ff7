/**
 * A small shop that shows every piece of gmicro at work.
 */
@NullMarked
package io.gmicro.sample;

import org.jspecify.annotations.NullMarked;
