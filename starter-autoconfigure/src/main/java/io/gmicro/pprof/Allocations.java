package io.gmicro.pprof;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts allocation samples for as long as the process runs, so that they add up to what
 * the threads really allocated: a thread that allocates much at once is sampled at the
 * start of that only. Used by one thread.
 */
final class Allocations {

	private static final int BYTES = 1;

	private final ThreadUse use = ThreadUse.ofMemory();

	private final List<TimedSample> samples = new ArrayList<>();

	private final StackCounts counts;

	Allocations(StackCounts counts) {
		this.counts = counts;
	}

	void add(TimedSample sample) {
		this.samples.add(sample);
	}

	/** Counts the samples since the last time. */
	void count() {
		if (!this.samples.isEmpty()) {
			AllocationGaps.mend(this.samples);
			this.use.update();
			new Shares(this.samples, this.use, BYTES).giveToLiving();
			for (TimedSample sample : this.samples) {
				this.counts.add(sample.stack(), sample.values());
				this.use.count(sample.owner());
			}
			this.use.forgetEnded();
			this.samples.clear();
		}
	}

}
