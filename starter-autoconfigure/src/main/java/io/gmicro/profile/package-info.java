/**
 * Profiles of any kind in the format of pprof.
 */
@NullMarked
package io.gmicro.profile;

import org.jspecify.annotations.NullMarked;
