/**
 * Profiles of this process from the JDK Flight Recorder and the MXBeans of the JVM. A
 * profile over a time span is a {@link io.gmicro.recorder.ProfileCollector} that
 * {@link io.gmicro.recorder.ProfileKind} opens; recordings that run all the time are
 * owned by the {@link io.gmicro.recorder.Profiler}, whose thread maintains them.
 */
@NullMarked
package io.gmicro.recorder;

import org.jspecify.annotations.NullMarked;
