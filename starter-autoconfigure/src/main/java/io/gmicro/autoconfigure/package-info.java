/**
 * Wires the features into a Spring Boot application: properties and one
 * auto-configuration a feature. The only package that knows Spring Boot.
 */
@NullMarked
package io.gmicro.autoconfigure;

import org.jspecify.annotations.NullMarked;
