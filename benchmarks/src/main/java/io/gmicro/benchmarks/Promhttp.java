package io.gmicro.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Go's promhttp with the same families, in a process of its own that measures itself; see
 * {@code benchmarks/promhttp}.
 */
final class Promhttp implements AutoCloseable {

	/** The program, where there is Go to build it. */
	private static final String PROGRAM = "benchmarks.promhttp";

	private final Process process;

	private final BufferedReader answers;

	private final PrintStream rounds;

	private final String version;

	private Promhttp(Process process) throws IOException {
		this.process = process;
		this.answers = process.inputReader(StandardCharsets.UTF_8);
		this.rounds = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
		this.version = answer();
	}

	/**
	 * Start the program.
	 * @return the program, or {@code null} when there is none
	 */
	static @Nullable Promhttp start() throws IOException {
		String program = System.getProperty(PROGRAM);
		return (program != null)
				? new Promhttp(new ProcessBuilder(program).redirectError(ProcessBuilder.Redirect.INHERIT).start())
				: null;
	}

	/** That of client_golang and of Go. */
	String version() {
		return this.version;
	}

	/**
	 * Scrape it.
	 * @param routes how many there are to be
	 * @param lines how many have to be scraped, with those of comments
	 * @param gzip whether they are compressed
	 * @param count how many times
	 * @return what a scrape cost its process, collecting garbage left out
	 */
	ScrapeCost.Cost scrape(int routes, long lines, boolean gzip, int count) throws IOException {
		this.rounds.println(routes + " " + gzip + " " + count);
		String[] answer = answer().split(" ");
		if (Long.parseLong(answer[0]) != lines) {
			throw new IllegalStateException("promhttp wrote " + answer[0] + " lines instead of " + lines);
		}
		return new ScrapeCost.Cost(Double.parseDouble(answer[1]), Double.parseDouble(answer[2]));
	}

	private String answer() throws IOException {
		String line = this.answers.readLine();
		if (line == null) {
			throw new IOException("The program that scrapes promhttp has ended");
		}
		return line;
	}

	@Override
	public void close() {
		this.process.destroy();
	}

}
