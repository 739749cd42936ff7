/**
 * Measures gRPC calls: a server interceptor and a client interceptor determine when a
 * call starts and ends and which status code the client received, and observers record
 * meters. Does not depend on Spring.
 */
@NullMarked
package io.gmicro.grpc;

import org.jspecify.annotations.NullMarked;
