package io.gmicro.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs the application of {@link Server} and prints how many nanoseconds its start took,
 * and how many of them the thread that starts it was on a processor.
 */
final class Service {

	/** A thread's bean would load classes that only some of the variants load. */
	private static final Path SCHEDULER = Path.of("/proc/thread-self/schedstat");

	private Service() {
	}

	public static void main(String[] args) throws IOException {
		long start = System.nanoTime();
		long cpu = cpu();
		Server.serve(args);
		System.out.println((System.nanoTime() - start) + " " + (cpu() - cpu));
	}

	private static long cpu() throws IOException {
		return Long.parseLong(Files.readString(SCHEDULER).split(" ", 2)[0]);
	}

}
