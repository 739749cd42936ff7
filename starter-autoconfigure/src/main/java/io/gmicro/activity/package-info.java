/**
 * Recognizes by its stack what a thread does. Depends only on the JDK.
 */
@NullMarked
package io.gmicro.activity;

import org.jspecify.annotations.NullMarked;
