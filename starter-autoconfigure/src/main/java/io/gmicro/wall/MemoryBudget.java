package io.gmicro.wall;

/**
 * A number of bytes that several tables share. Not thread-safe.
 */
final class MemoryBudget {

	private long limit;

	private long used;

	MemoryBudget(long limit) {
		this.limit = limit;
	}

	static MemoryBudget unlimited() {
		return new MemoryBudget(Long.MAX_VALUE);
	}

	/** Takes the bytes if they are left. */
	boolean take(long bytes) {
		if (bytes > this.limit - this.used) {
			return false;
		}
		this.used += bytes;
		return true;
	}

	/** Takes bytes that are needed in any case. */
	void require(long bytes) {
		this.used += bytes;
	}

	void release(long bytes) {
		this.used -= bytes;
	}

	void limit(long bytes) {
		this.limit = bytes;
	}

	long used() {
		return this.used;
	}

}
