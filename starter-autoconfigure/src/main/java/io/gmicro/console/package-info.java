/**
 * The pages that a person reads.
 */
@NullMarked
package io.gmicro.console;

import org.jspecify.annotations.NullMarked;
