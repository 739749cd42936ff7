package io.gmicro.profile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes the subset of the protocol buffers wire format that profiles need.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
 */
final class ProtoWriter {

	private static final int VARINT = 0;

	private static final int LENGTH_DELIMITED = 2;

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	ProtoWriter number(int field, long value) {
		if (value != 0) {
			tag(field, VARINT);
			varint(value);
		}
		return this;
	}

	ProtoWriter numbers(int field, long... values) {
		ProtoWriter packed = new ProtoWriter();
		for (long value : values) {
			packed.varint(value);
		}
		return message(field, packed);
	}

	ProtoWriter text(int field, String value) {
		return bytes(field, value.getBytes(StandardCharsets.UTF_8));
	}

	ProtoWriter message(int field, ProtoWriter message) {
		return bytes(field, message.out.toByteArray());
	}

	ProtoWriter append(ProtoWriter other) {
		this.out.writeBytes(other.out.toByteArray());
		return this;
	}

	byte[] toByteArray() {
		return this.out.toByteArray();
	}

	private ProtoWriter bytes(int field, byte[] value) {
		tag(field, LENGTH_DELIMITED);
		varint(value.length);
		this.out.writeBytes(value);
		return this;
	}

	private void tag(int field, int wireType) {
		varint((long) field << 3 | wireType);
	}

	private void varint(long value) {
		long rest = value;
		while ((rest & ~0x7fL) != 0) {
			this.out.write((int) (rest & 0x7f | 0x80));
			rest >>>= 7;
		}
		this.out.write((int) rest);
	}

}
