/**
 * Which path template a request has, whether Spring MVC matched it or not, and how many
 * different ones are recorded.
 */
@NullMarked
package io.gmicro.route;

import org.jspecify.annotations.NullMarked;
