package io.gmicro.pprof;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * A gzip stream with heartbeats before its data: a lost connection is detected only by
 * writing to it. The heartbeats are empty blocks, which do not change the data.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4">RFC 1951, section
 * 3.2.4</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1952">RFC 1952</a>
 */
final class HeartbeatGzip {

	private static final byte[] HEADER = { 0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff };

	private static final byte[] EMPTY_BLOCK = { 0, 0, 0, (byte) 0xff, (byte) 0xff };

	private final OutputStream out;

	private boolean started;

	/**
	 * Creates an empty stream.
	 * @param out the stream to write to, which stays open
	 */
	HeartbeatGzip(OutputStream out) {
		this.out = out;
	}

	void beat() throws IOException {
		start();
		this.out.write(EMPTY_BLOCK);
		this.out.flush();
	}

	/** Writes the data and ends the stream. */
	void finish(byte[] data) throws IOException {
		start();
		Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
		try {
			DeflaterOutputStream deflated = new DeflaterOutputStream(this.out, deflater, 8192);
			deflated.write(data);
			deflated.finish();
		}
		finally {
			deflater.end();
		}
		CRC32 checksum = new CRC32();
		checksum.update(data);
		this.out.write(ByteBuffer.allocate(2 * Integer.BYTES)
			.order(ByteOrder.LITTLE_ENDIAN)
			.putInt((int) checksum.getValue())
			.putInt(data.length)
			.array());
		this.out.flush();
	}

	private void start() throws IOException {
		if (!this.started) {
			this.started = true;
			this.out.write(HEADER);
		}
	}

}
