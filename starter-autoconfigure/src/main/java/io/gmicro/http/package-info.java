/**
 * Measures HTTP requests: one filter determines when an exchange starts and ends and
 * which status the client received, and observers record meters. Does not depend on
 * Spring Boot.
 */
@NullMarked
package io.gmicro.http;

import org.jspecify.annotations.NullMarked;
