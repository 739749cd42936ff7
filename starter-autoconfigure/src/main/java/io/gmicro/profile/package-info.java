/**
 * Profiles in the format of pprof, whatever was profiled.
 */
@NullMarked
package io.gmicro.profile;

import org.jspecify.annotations.NullMarked;
