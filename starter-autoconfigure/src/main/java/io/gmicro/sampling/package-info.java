/**
 * Looks at the requests and calls in flight from outside: what they spend their time on,
 * by route.
 */
@NullMarked
package io.gmicro.sampling;

import org.jspecify.annotations.NullMarked;
