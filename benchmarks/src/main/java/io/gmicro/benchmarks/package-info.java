/**
 * Measures what gmicro costs, as ratios within one run.
 */
@NullMarked
package io.gmicro.benchmarks;

import org.jspecify.annotations.NullMarked;
