package io.gmicro.scrape;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/**
 * Fails once a client has exceeded the write timeout. It writes in parts that fit into
 * the buffer of a container, so that it can check the deadline while a client reads
 * slowly. The container closes the connection to a client that reads nothing.
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

	/** Does not flush to a client that is already too slow. */
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
