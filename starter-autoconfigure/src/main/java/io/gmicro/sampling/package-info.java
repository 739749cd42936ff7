/**
 * Looks at what is being served: catches slow requests with their stacks while they are
 * slow, and keeps what was seen of them.
 */
@NullMarked
package io.gmicro.sampling;

import org.jspecify.annotations.NullMarked;
