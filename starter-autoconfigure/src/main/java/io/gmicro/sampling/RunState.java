package io.gmicro.sampling;

import io.gmicro.activity.Activities;

/**
 * What a thread does, as far as that is known without its stack.
 */
enum RunState {

	/** It uses a CPU. */
	RUNNING,

	/** It waits in native code, such as for a socket, or for a CPU. */
	NOT_RUNNING,

	/** It is runnable, and it is not known whether it uses a CPU. */
	RUNNABLE,

	/** It waits for a monitor. */
	BLOCKED,

	/** It waits without a time limit. */
	WAITING,

	/** It waits with a time limit. */
	TIMED_WAITING;

	/** What a thread dump would say. */
	Thread.State threadState() {
		return switch (this) {
			case RUNNING, NOT_RUNNING, RUNNABLE -> Thread.State.RUNNABLE;
			case BLOCKED -> Thread.State.BLOCKED;
			case WAITING -> Thread.State.WAITING;
			case TIMED_WAITING -> Thread.State.TIMED_WAITING;
		};
	}

	/**
	 * The activity of an operation whose stack was not taken.
	 * @return what is certain, else {@link SamplerActivities#NOT_SAMPLED}
	 */
	String activity() {
		return switch (this) {
			case RUNNING -> Activities.CPU;
			case BLOCKED -> Activities.LOCK;
			default -> SamplerActivities.NOT_SAMPLED;
		};
	}

}
