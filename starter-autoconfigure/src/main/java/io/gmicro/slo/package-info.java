/**
 * Service level objectives declared in the configuration, and the Prometheus rules that
 * are generated from them.
 */
@NullMarked
package io.gmicro.slo;

import org.jspecify.annotations.NullMarked;
