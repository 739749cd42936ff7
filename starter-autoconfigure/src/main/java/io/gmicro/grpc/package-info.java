/**
 * Measures gRPC calls: an interceptor for servers and one for clients decide when a call
 * began, when it ended and with which code, and any number of observers turn that into
 * meters; nothing here knows Spring.
 */
@NullMarked
package io.gmicro.grpc;

import org.jspecify.annotations.NullMarked;
