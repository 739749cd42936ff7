/**
 * What happens to measurements that would pass a bound, and to gauges that become one.
 */
@NullMarked
package io.gmicro.overflow;

import org.jspecify.annotations.NullMarked;
