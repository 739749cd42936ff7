/**
 * Serves profiles to {@code go tool pprof} and browsers. Does not depend on Spring or
 * Micrometer.
 */
@NullMarked
package io.gmicro.pprof;

import org.jspecify.annotations.NullMarked;
