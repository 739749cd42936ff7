/**
 * Decides who may open the diagnostics below {@code /debug}; what is served there lives
 * with its feature.
 */
@NullMarked
package io.gmicro.diagnostics;

import org.jspecify.annotations.NullMarked;
