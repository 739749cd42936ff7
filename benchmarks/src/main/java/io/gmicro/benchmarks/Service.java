package io.gmicro.benchmarks;

import java.time.Duration;

/**
 * Runs the application of {@link Server} and prints how many milliseconds its start took.
 */
final class Service {

	private Service() {
	}

	public static void main(String[] args) {
		long start = System.nanoTime();
		Server.serve(args);
		System.out.println(Duration.ofNanos(System.nanoTime() - start).toMillis());
	}

}
