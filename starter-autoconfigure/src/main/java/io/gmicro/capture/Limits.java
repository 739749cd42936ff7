package io.gmicro.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * How many captures are kept.
 *
 * @param count their maximum number
 * @param bytes their maximum size together
 */
record Limits(int count, long bytes) {

	/** The captures that are too many, of a list that is sorted by time, newest first. */
	List<Capture> excess(List<Capture> newestFirst) {
		List<Capture> excess = new ArrayList<>();
		long size = 0;
		for (int i = 0; i < newestFirst.size(); i++) {
			size += newestFirst.get(i).size();
			if (i >= this.count || (i > 0 && size > this.bytes)) {
				excess.add(newestFirst.get(i));
			}
		}
		return excess;
	}

}
