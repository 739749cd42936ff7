package io.gmicro.scrape;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing buffer of UTF-8 text, with values in the notation of the Prometheus formats.
 */
final class TextBuffer extends OutputStream {

	private static final double MAX_PLAIN = 1e7;

	private byte[] bytes = new byte[1024];

	private int size;

	int size() {
		return this.size;
	}

	void truncate(int size) {
		this.size = size;
	}

	boolean endsWith(TextBuffer other) {
		return this.size >= other.size
				&& Arrays.equals(this.bytes, this.size - other.size, this.size, other.bytes, 0, other.size);
	}

	String lastLine() {
		int start = this.size - 1;
		while (start > 0 && this.bytes[start - 1] != '\n') {
			start--;
		}
		return new String(this.bytes, start, this.size - start, StandardCharsets.UTF_8);
	}

	void drain(OutputStream out, int kept) throws IOException {
		int length = this.size - kept;
		if (length > 0) {
			out.write(this.bytes, 0, length);
			System.arraycopy(this.bytes, length, this.bytes, 0, kept);
			this.size = kept;
		}
	}

	@Override
	public void write(int b) {
		reserve(1);
		this.bytes[this.size++] = (byte) b;
	}

	@Override
	public void write(byte[] source, int offset, int length) {
		reserve(length);
		System.arraycopy(source, offset, this.bytes, this.size, length);
		this.size += length;
	}

	TextBuffer put(TextBuffer other) {
		write(other.bytes, 0, other.size);
		return this;
	}

	TextBuffer put(char ascii) {
		write(ascii);
		return this;
	}

	@SuppressWarnings("deprecation")
	TextBuffer putAscii(String text) {
		int length = text.length();
		reserve(length);
		text.getBytes(0, length, this.bytes, this.size);
		this.size += length;
		return this;
	}

	TextBuffer putEscaped(String text) {
		int length = text.length();
		reserve(length);
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			if (c >= 0x80 || c == '\\' || c == '"' || c == '\n') {
				byte[] rest = text.substring(i)
					.replace("\\", "\\\\")
					.replace("\"", "\\\"")
					.replace("\n", "\\n")
					.getBytes(StandardCharsets.UTF_8);
				write(rest, 0, rest.length);
				return this;
			}
			this.bytes[this.size++] = (byte) c;
		}
		return this;
	}

	TextBuffer putLong(long value) {
		if (value < 0) {
			return putAscii(Long.toString(value));
		}
		int digits = 1;
		for (long rest = value; rest >= 10; rest /= 10) {
			digits++;
		}
		reserve(digits);
		long rest = value;
		for (int i = this.size + digits - 1; i >= this.size; i--) {
			this.bytes[i] = (byte) ('0' + rest % 10);
			rest /= 10;
		}
		this.size += digits;
		return this;
	}

	TextBuffer putDouble(double value) {
		long whole = (long) value;
		if (whole == value && whole > 0 && value < MAX_PLAIN) {
			return putLong(whole).putAscii(".0");
		}
		if (Double.isInfinite(value)) {
			return putAscii((value > 0) ? "+Inf" : "-Inf");
		}
		return putAscii(Double.toString(value));
	}

	private void reserve(int length) {
		if (this.bytes.length - this.size < length) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(2 * this.bytes.length, this.size + length));
		}
	}

}
