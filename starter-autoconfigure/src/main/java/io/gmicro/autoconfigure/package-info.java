/**
 * Properties and auto-configurations, one per feature. Only this package depends on
 * Spring Boot.
 */
@NullMarked
package io.gmicro.autoconfigure;

import org.jspecify.annotations.NullMarked;
