/**
 * The metrics endpoint: the servlet that serves a Prometheus registry, its formats, and a
 * registry with timers that are cheap to record to and to collect.
 */
@NullMarked
package io.gmicro.scrape;

import org.jspecify.annotations.NullMarked;
