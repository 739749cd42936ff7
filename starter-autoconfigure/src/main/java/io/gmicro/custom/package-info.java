/**
 * Metrics that an application declares in its configuration and finds by name.
 */
@NullMarked
package io.gmicro.custom;

import org.jspecify.annotations.NullMarked;
