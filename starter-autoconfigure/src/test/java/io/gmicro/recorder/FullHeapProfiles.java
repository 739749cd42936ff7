package io.gmicro.recorder;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.testing.Ballast;

/**
 * Asks for profiles while there is not a byte left on the heap, in a JVM of its own, and
 * prints what came of it. Without a container, whose threads would not survive that.
 */
final class FullHeapProfiles {

	static final int FULL = 16;

	private FullHeapProfiles() {
	}

	public static void main(String[] args) throws Exception {
		EventProfile[] kinds = EventProfile.values();
		try (Profiler profiler = new Profiler()) {
			profiler.start();
			profiler.cumulative().get(EventProfile.ALLOCS);
			int answered = 0;
			for (int i = 0; i < FULL; i++) {
				Ballast.fill();
				try {
					profiler.cumulative().get(kinds[i % kinds.length]);
				}
				catch (ProfilingException | OutOfMemoryError | InternalError ex) {
					// No profile is better than an old one
				}
				finally {
					Ballast.release();
				}
				answered++;
			}
			System.out.println("answered " + answered);
			// What failed last is opened again with this
			try {
				profiler.cumulative().get(EventProfile.THREADCREATE);
			}
			catch (ProfilingException ex) {
				System.out.println(ex.status());
			}
			long before = started(profiler);
			startThread();
			System.out.println("counted " + (started(profiler) - before));
			System.out.println("keeper " + Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().equals("gmicro-pprof"))
				.count());
		}
	}

	private static void startThread() throws InterruptedException {
		Thread thread = new Thread(() -> {
		});
		thread.start();
		thread.join();
	}

	private static long started(Profiler profiler) throws Exception {
		long[] count = new long[1];
		profiler.cumulative().get(EventProfile.THREADCREATE).forEach((stack, labels, values) -> {
			if (stack.stream().anyMatch((frame) -> frame.function().endsWith("FullHeapProfiles.startThread"))) {
				count[0] += values[0];
			}
		});
		return count[0];
	}

}
