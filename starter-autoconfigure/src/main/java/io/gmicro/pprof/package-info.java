/**
 * Profiles in the format of Google's pprof, for Go's tools; knows neither Spring nor
 * Micrometer.
 */
@NullMarked
package io.gmicro.pprof;

import org.jspecify.annotations.NullMarked;
