/**
 * What happens to measurements that would pass a bound, and to gauges that become one.
 */
@NullMarked
package io.gmicro.meter;

import org.jspecify.annotations.NullMarked;
