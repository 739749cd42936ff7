package io.gmicro.profile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;

/**
 * Reads the subset of the protocol buffers wire format that {@link ProtoWriter} writes,
 * field by field.
 */
final class ProtoReader {

	private static final int WIRE_TYPE_BITS = 3;

	private static final int VARINT = 0;

	private final ByteBuffer data;

	private int field;

	private long number;

	private ByteBuffer bytes = ByteBuffer.allocate(0);

	ProtoReader(ByteBuffer data) {
		this.data = data;
	}

	/**
	 * Reads the next field.
	 * @return whether there is one
	 */
	boolean next() {
		if (!this.data.hasRemaining()) {
			return false;
		}
		long tag = varint(this.data);
		this.field = (int) (tag >>> WIRE_TYPE_BITS);
		this.number = varint(this.data);
		if ((tag & ((1 << WIRE_TYPE_BITS) - 1)) != VARINT) {
			int length = (int) this.number;
			this.bytes = this.data.slice(this.data.position(), length);
			this.data.position(this.data.position() + length);
		}
		return true;
	}

	/** The number of the field that was read last. */
	int field() {
		return this.field;
	}

	/** Its value. */
	long number() {
		return this.number;
	}

	/** Its value. */
	int index() {
		return Math.toIntExact(this.number);
	}

	/** Its values. */
	long[] numbers() {
		LongStream.Builder numbers = LongStream.builder();
		while (this.bytes.hasRemaining()) {
			numbers.add(varint(this.bytes));
		}
		return numbers.build().toArray();
	}

	/** Its value. */
	String text() {
		return StandardCharsets.UTF_8.decode(this.bytes).toString();
	}

	/** Its fields. */
	ProtoReader message() {
		return new ProtoReader(this.bytes);
	}

	private static long varint(ByteBuffer data) {
		long value = 0;
		for (int shift = 0;; shift += 7) {
			byte next = data.get();
			value |= (long) (next & 0x7f) << shift;
			if (next >= 0) {
				return value;
			}
		}
	}

}
