/**
 * The table of HTTP requests and gRPC calls in flight. Depends on neither HTTP nor gRPC.
 */
@NullMarked
package io.gmicro.inflight;

import org.jspecify.annotations.NullMarked;
