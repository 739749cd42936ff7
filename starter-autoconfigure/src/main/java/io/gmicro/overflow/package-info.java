/**
 * What happens to measurements that would pass a bound.
 */
@NullMarked
package io.gmicro.overflow;

import org.jspecify.annotations.NullMarked;
