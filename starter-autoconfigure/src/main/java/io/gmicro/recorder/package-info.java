/**
 * Profiles of this process from the JDK Flight Recorder and the MXBeans of the JVM.
 */
@NullMarked
package io.gmicro.recorder;

import org.jspecify.annotations.NullMarked;
