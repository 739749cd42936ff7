package io.gmicro.recorder;

import io.gmicro.jfr.ProfilingException;
import org.jspecify.annotations.Nullable;

/**
 * Asks for profiles while there is not a byte left on the heap, in a JVM of its own, and
 * prints what came of it. Without a container, whose threads would not survive that.
 */
final class FullHeapProfiles {

	static final int FULL = 16;

	private static Object @Nullable [] ballast;

	private FullHeapProfiles() {
	}

	public static void main(String[] args) throws Exception {
		EventProfile[] kinds = EventProfile.values();
		try (Profiler profiler = new Profiler()) {
			profiler.start();
			profiler.cumulative().get(EventProfile.ALLOCS);
			int answered = 0;
			for (int i = 0; i < FULL; i++) {
				fill();
				try {
					profiler.cumulative().get(kinds[i % kinds.length]);
				}
				catch (ProfilingException | VirtualMachineError ex) {
					// No profile is better than an old one
				}
				finally {
					ballast = null;
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

	private static void fill() {
		int size = 1 << 20;
		while (size > 0) {
			try {
				Object[] more = new Object[size];
				more[0] = ballast;
				ballast = more;
			}
			catch (OutOfMemoryError ex) {
				size /= 4;
			}
		}
	}

}
