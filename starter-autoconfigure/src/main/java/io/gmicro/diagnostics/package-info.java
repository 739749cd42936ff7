/**
 * Decides who may open the diagnostics below {@code /debug}, and makes harmless what they
 * show; what is served there lives with its feature.
 */
@NullMarked
package io.gmicro.diagnostics;

import org.jspecify.annotations.NullMarked;
