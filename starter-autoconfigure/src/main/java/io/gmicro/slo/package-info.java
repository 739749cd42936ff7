/**
 * Service level objectives that the configuration declares, and the rules of Prometheus
 * that are made from them.
 */
@NullMarked
package io.gmicro.slo;

import org.jspecify.annotations.NullMarked;
