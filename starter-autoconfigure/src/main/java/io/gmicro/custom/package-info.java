/**
 * Metrics declared in the configuration.
 */
@NullMarked
package io.gmicro.custom;

import org.jspecify.annotations.NullMarked;
