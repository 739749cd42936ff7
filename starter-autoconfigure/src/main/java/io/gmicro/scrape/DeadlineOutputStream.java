package io.gmicro.scrape;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/**
 * Writes to a client for as long as the client may take. Each part is small enough for a
 * container to buffer, so that a client which reads at all lets the deadline be looked
 * at; one that reads nothing is cut off by the container.
 */
final class DeadlineOutputStream extends OutputStream {

	private static final int PART = 4096;

	private final OutputStream out;

	private final long startNanos = System.nanoTime();

	private final long timeoutNanos;

	DeadlineOutputStream(OutputStream out, Duration timeout) {
		this.out = out;
		this.timeoutNanos = timeout.toNanos();
	}

	@Override
	public void write(int b) throws IOException {
		check();
		this.out.write(b);
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		for (int written = 0; written < length; written += PART) {
			check();
			this.out.write(bytes, offset + written, Math.min(PART, length - written));
		}
	}

	/** What is left unsent is not worth waiting for. */
	@Override
	public void close() throws IOException {
		check();
		this.out.close();
	}

	private void check() throws IOException {
		if (System.nanoTime() - this.startNanos > this.timeoutNanos) {
			throw new IOException("The client reads its metrics too slowly");
		}
	}

}
