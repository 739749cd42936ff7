/**
 * What several measurements need of Micrometer: what happens past a bound or fails,
 * gauges that add up, and text that every format can hold.
 */
@NullMarked
package io.gmicro.meter;

import org.jspecify.annotations.NullMarked;
