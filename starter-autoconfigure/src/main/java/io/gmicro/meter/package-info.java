/**
 * Support for measurements with Micrometer: the overflow counter, the log of failures,
 * gauges that add up, and label values that every format can encode.
 */
@NullMarked
package io.gmicro.meter;

import org.jspecify.annotations.NullMarked;
