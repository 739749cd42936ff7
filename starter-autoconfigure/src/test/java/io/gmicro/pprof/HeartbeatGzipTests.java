package io.gmicro.pprof;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever was sent meanwhile, what arrives is one member of gzip with the data in it.
 */
class HeartbeatGzipTests {

	private static final int HEADER_SIZE = 10;

	private static final int TRAILER_SIZE = 8;

	@ParameterizedTest
	@CsvSource({ "0, 0", "0, 1", "1, 0", "7, 300", "1000, 1", "300, 100000" })
	void dataIsReadBackWithAnyNumberOfBeats(int beats, int size) throws IOException {
		byte[] data = data(size);
		byte[] sent = sent(beats, data);
		try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(sent))) {
			assertThat(in.readAllBytes()).isEqualTo(data);
		}
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "3, 0", "0, 5000", "3, 5000" })
	void headerAndTrailerAreAsTheFormatSays(int beats, int size) throws DataFormatException, IOException {
		byte[] data = data(size);
		byte[] sent = sent(beats, data);
		// magic, deflate, no flags, no time, no hint, unknown system: RFC 1952, section
		// 2.3
		assertThat(sent).startsWith(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
		Inflater inflater = new Inflater(true);
		try {
			inflater.setInput(sent, HEADER_SIZE, sent.length - HEADER_SIZE);
			byte[] inflated = new byte[size + 1];
			int count = 0;
			while (!inflater.finished()) {
				count += inflater.inflate(inflated, count, inflated.length - count);
			}
			assertThat(Arrays.copyOf(inflated, count)).isEqualTo(data);
			assertThat(inflater.getRemaining()).isEqualTo(TRAILER_SIZE);
		}
		finally {
			inflater.end();
		}
		CRC32 checksum = new CRC32();
		checksum.update(data);
		ByteBuffer trailer = ByteBuffer.wrap(sent, sent.length - TRAILER_SIZE, TRAILER_SIZE)
			.order(ByteOrder.LITTLE_ENDIAN);
		assertThat(Integer.toUnsignedLong(trailer.getInt())).isEqualTo(checksum.getValue());
		assertThat(trailer.getInt()).isEqualTo(size);
	}

	@ParameterizedTest
	@CsvSource({ "1, 15", "2, 20", "3, 25" })
	void beatsAreSentAtOnceAndAreSmall(int beats, int size) throws IOException {
		ByteArrayOutputStream unflushed = new ByteArrayOutputStream();
		ByteArrayOutputStream out = new ByteArrayOutputStream() {

			@Override
			public void write(byte[] bytes) {
				unflushed.writeBytes(bytes);
			}

			@Override
			public void flush() {
				writeBytes(unflushed.toByteArray());
				unflushed.reset();
			}

			@Override
			public void writeBytes(byte[] bytes) {
				super.write(bytes, 0, bytes.length);
			}

		};
		HeartbeatGzip gzip = new HeartbeatGzip(out);
		for (int i = 0; i < beats; i++) {
			gzip.beat();
		}
		assertThat(out.size()).isEqualTo(size);
		assertThat(unflushed.size()).isZero();
	}

	private static byte[] sent(int beats, byte[] data) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		HeartbeatGzip gzip = new HeartbeatGzip(out);
		for (int i = 0; i < beats; i++) {
			gzip.beat();
		}
		gzip.finish(data);
		return out.toByteArray();
	}

	private static byte[] data(int size) {
		byte[] data = new byte[size];
		new Random(size).nextBytes(data);
		Arrays.fill(data, 0, size / 2, (byte) 7);
		return data;
	}

}
