/**
 * Keeps the moment when something goes wrong: what the diagnostics show then, as a zip
 * file in memory or in a directory. Knows neither what is in it nor who serves it.
 */
@NullMarked
package io.gmicro.capture;

import org.jspecify.annotations.NullMarked;
