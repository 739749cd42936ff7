/**
 * The page {@code /debug/requests}.
 */
@NullMarked
package io.gmicro.console;

import org.jspecify.annotations.NullMarked;
