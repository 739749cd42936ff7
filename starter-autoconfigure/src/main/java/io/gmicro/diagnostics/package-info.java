/**
 * Access control, response headers, escaping and styles for the pages below
 * {@code /debug}. The pages themselves are in the packages of their features.
 */
@NullMarked
package io.gmicro.diagnostics;

import org.jspecify.annotations.NullMarked;
