/**
 * Which requests and calls are slow, and what is kept of them.
 */
@NullMarked
package io.gmicro.slow;

import org.jspecify.annotations.NullMarked;
