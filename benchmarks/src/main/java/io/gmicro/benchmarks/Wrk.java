package io.gmicro.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Load by wrk, 32 connections of one thread, and what it took.
 *
 * @param micros processor time of the service's process for each request
 * @param throughput requests a second
 */
record Wrk(double micros, double throughput) {

	private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");

	private static final Pattern THROUGHPUT = Pattern.compile("Requests/sec:\\s+([\\d.]+)");

	static Wrk run(ServiceProcess service, int seconds) throws IOException, InterruptedException {
		long before = service.cpu().toNanos();
		Process wrk = new ProcessBuilder("wrk", "-t1", "-c32", "-d" + seconds + "s", service.uri().toString())
			.redirectErrorStream(true)
			.start();
		ShutdownHook.add(wrk::destroy);
		String output = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		long nanos = service.cpu().toNanos() - before;
		if (wrk.waitFor() != 0 || output.contains("Non-2xx") || output.contains("Socket errors")) {
			throw new IOException("wrk: " + output);
		}
		return new Wrk(nanos / 1e3 / find(REQUESTS, output), find(THROUGHPUT, output));
	}

	private static double find(Pattern pattern, String output) throws IOException {
		Matcher matcher = pattern.matcher(output);
		if (!matcher.find()) {
			throw new IOException("wrk: " + output);
		}
		return Double.parseDouble(matcher.group(1));
	}

}
