/**
 * A gRPC service and the HTTP route that calls it through a gRPC client.
 */
@NullMarked
package io.gmicro.sample.greeting;

import org.jspecify.annotations.NullMarked;
