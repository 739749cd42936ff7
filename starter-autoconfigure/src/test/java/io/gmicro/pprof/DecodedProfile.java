package io.gmicro.pprof;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A profile as it was sent, read by the rules of protocol buffers and by nothing of ours.
 *
 * @param strings its string table
 * @param samples how many samples it has
 * @param durationNanos its duration
 */
record DecodedProfile(List<String> strings, int samples, long durationNanos) {

	private static final int SAMPLE = 2;

	private static final int STRING = 6;

	private static final int DURATION = 10;

	/**
	 * Decode a profile.
	 * @param message the message, without compression
	 * @return the profile
	 * @throws IllegalArgumentException if it ends within a field or has unknown fields
	 */
	static DecodedProfile of(byte[] message) {
		List<String> strings = new ArrayList<>();
		int samples = 0;
		long duration = 0;
		int[] position = { 0 };
		while (position[0] < message.length) {
			long key = varint(message, position);
			int field = (int) (key >>> 3);
			if (field < 1 || field > 15) {
				throw new IllegalArgumentException("field " + field);
			}
			long value = varint(message, position);
			if ((key & 7) == 2) {
				if (value > message.length - position[0]) {
					throw new IllegalArgumentException("field " + field + " is cut");
				}
				if (field == STRING) {
					strings.add(new String(message, position[0], (int) value, StandardCharsets.UTF_8));
				}
				samples += (field == SAMPLE) ? 1 : 0;
				position[0] += (int) value;
			}
			else if ((key & 7) != 0) {
				throw new IllegalArgumentException("wire type of field " + field);
			}
			duration = (field == DURATION) ? value : duration;
		}
		return new DecodedProfile(strings, samples, duration);
	}

	private static long varint(byte[] message, int[] position) {
		long value = 0;
		for (int shift = 0; shift < Long.SIZE; shift += 7) {
			byte next = message[position[0]++];
			value |= (long) (next & 0x7f) << shift;
			if (next >= 0) {
				return value;
			}
		}
		throw new IllegalArgumentException("varint");
	}

}
