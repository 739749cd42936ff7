package io.gmicro.capture;

/**
 * The state of one trigger: since when its reason holds, and whether it was captured. Not
 * thread-safe.
 */
final class PendingCapture {

	private final CaptureTrigger trigger;

	private boolean holds;

	private String description = "";

	private boolean pending;

	private long since;

	private boolean ever;

	private long last;

	PendingCapture(CaptureTrigger trigger) {
		this.trigger = trigger;
	}

	/**
	 * Checks the trigger.
	 * @param now a reading of {@link System#nanoTime()}
	 * @param delayNanos how long the reason may hold before it is captured
	 * @param intervalNanos the least time between two captures of the reason
	 * @return whether to capture now
	 */
	boolean check(long now, long delayNanos, long intervalNanos) {
		String found = this.trigger.condition().check(now);
		boolean began = found != null && !this.holds;
		this.holds = found != null;
		if (began && !this.pending && (!this.ever || now - this.last >= intervalNanos)) {
			this.pending = true;
			this.since = now;
		}
		if (found != null) {
			this.description = found;
		}
		return this.pending && (!this.holds || now - this.since >= delayNanos);
	}

	/** Whether a reason that began is not captured yet. */
	boolean isPending() {
		return this.pending;
	}

	/** Notes that it is being captured. */
	void captured(long now) {
		this.pending = false;
		this.ever = true;
		this.last = now;
	}

	CaptureReason reason() {
		return this.trigger.reason();
	}

	/** What holds, or did last. */
	String description() {
		return this.description;
	}

	/** Since when it holds. */
	long since() {
		return this.since;
	}

}
