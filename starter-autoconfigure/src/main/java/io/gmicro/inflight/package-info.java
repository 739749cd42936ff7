/**
 * What is being served right now, HTTP requests and gRPC calls alike, for those who look
 * at it from outside; knows neither.
 */
@NullMarked
package io.gmicro.inflight;

import org.jspecify.annotations.NullMarked;
