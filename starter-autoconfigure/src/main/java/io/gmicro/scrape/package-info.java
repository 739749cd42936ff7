/**
 * Serves a Prometheus registry over HTTP: what to write, in which format, and to how many
 * at once.
 */
@NullMarked
package io.gmicro.scrape;

import org.jspecify.annotations.NullMarked;
