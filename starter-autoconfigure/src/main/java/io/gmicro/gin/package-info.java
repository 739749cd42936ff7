/**
 * The metrics of gin-metrics and of the Go framework gmicro under their original names,
 * for existing dashboards.
 */
@NullMarked
package io.gmicro.gin;

import org.jspecify.annotations.NullMarked;
