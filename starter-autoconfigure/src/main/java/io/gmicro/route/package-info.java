/**
 * Finds the path template of a request, whether Spring MVC has matched it or not, and
 * limits the number of templates that are recorded.
 */
@NullMarked
package io.gmicro.route;

import org.jspecify.annotations.NullMarked;
