package io.gmicro.sampling;

import io.gmicro.inflight.Operation;

/**
 * An operation that was picked at a look.
 *
 * @param operation the operation
 * @param thread its thread
 * @param nanos the time that it represents, 0 if it was picked because it may turn out
 * slow
 * @param state what the thread did when it was picked
 * @param cpuTime the CPU time of the thread then, or -1
 */
record Pick(Operation operation, Thread thread, long nanos, RunState state, long cpuTime) {

	Pick in(RunState state, long cpuTime) {
		return new Pick(this.operation, this.thread, this.nanos, state, cpuTime);
	}

}
