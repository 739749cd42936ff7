/**
 * The CPU time and the allocated bytes that threads use for requests and calls, and what
 * the process used besides. Depends on neither HTTP nor gRPC.
 */
@NullMarked
package io.gmicro.cost;

import org.jspecify.annotations.NullMarked;
