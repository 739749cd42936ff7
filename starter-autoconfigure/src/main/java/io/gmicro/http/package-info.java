/**
 * Measures HTTP requests: one filter decides when an exchange began, when it ended and
 * what the client saw, and any number of observers turn that into meters; nothing here
 * knows Spring Boot.
 */
@NullMarked
package io.gmicro.http;

import org.jspecify.annotations.NullMarked;
