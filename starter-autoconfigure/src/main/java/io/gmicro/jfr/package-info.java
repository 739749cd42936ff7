/**
 * Recording in memory with the JDK Flight Recorder without harming the process, even if
 * its disk or memory is full.
 */
@NullMarked
package io.gmicro.jfr;

import org.jspecify.annotations.NullMarked;
