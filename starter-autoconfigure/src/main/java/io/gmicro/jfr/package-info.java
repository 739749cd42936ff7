/**
 * The JDK Flight Recorder, recording in memory: events reach their readers without
 * harming the process, whatever the state of its disk and memory.
 */
@NullMarked
package io.gmicro.jfr;

import org.jspecify.annotations.NullMarked;
