package io.gmicro.pprof;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.recorder.ProfileKind;

/**
 * Writes a profile as text for people, in the form of Go's {@code debug=1}.
 *
 * @see <a href="https://go.dev/src/runtime/pprof/pprof.go">runtime/pprof</a>
 */
enum LegacyText {

	/** Of {@code goroutine} and {@code threadcreate}. */
	COUNT {

		@Override
		String header(String name, long[] total) {
			return name + " profile: total " + total[0] + "\n";
		}

		@Override
		String values(long[] values) {
			return Long.toString(values[0]);
		}

		@Override
		long order(long[] values) {
			return values[0];
		}

	},

	/** Of {@code heap} and {@code allocs}. */
	MEMORY {

		@Override
		String header(String name, long[] total) {
			return "heap profile: " + values(total) + " @ heap/1048576\n";
		}

		@Override
		String values(long[] values) {
			return values[2] + ": " + values[3] + " [" + values[0] + ": " + values[1] + "]";
		}

		@Override
		long order(long[] values) {
			return Math.max(values[1], values[3]);
		}

	},

	/** Of {@code mutex} and {@code block}. A cycle is a nanosecond. */
	WAIT {

		@Override
		String header(String name, long[] total) {
			return (name.equals("block") ? "--- contention:\n" : "--- " + name + ":\n") + "cycles/second=1000000000\n"
					+ (name.equals("mutex") ? "sampling period=1\n" : "");
		}

		@Override
		String values(long[] values) {
			return values[1] + " " + values[0];
		}

		@Override
		long order(long[] values) {
			return values[1];
		}

	};

	static LegacyText of(ProfileKind kind) {
		return switch (kind) {
			case ALLOCS, HEAP -> MEMORY;
			case BLOCK, MUTEX -> WAIT;
			case GOROUTINE, PROFILE, THREADCREATE -> COUNT;
		};
	}

	abstract String header(String name, long[] total);

	abstract String values(long[] values);

	abstract long order(long[] values);

	void write(String name, Profile profile, PrintWriter out) {
		List<Sample> samples = new ArrayList<>();
		profile.forEach((stack, labels, values) -> samples.add(new Sample(stack, values)));
		samples.sort(Comparator.comparingLong((sample) -> -order(sample.values())));
		long[] total = new long[4];
		for (Sample sample : samples) {
			for (int i = 0; i < sample.values().length; i++) {
				total[i] += sample.values()[i];
			}
		}
		out.append(header(name, total));
		samples.forEach((sample) -> write(sample, out));
	}

	private void write(Sample sample, PrintWriter out) {
		out.append(values(sample.values())).append(" @");
		sample.stack().forEach((frame) -> out.append(" 0x").append(Long.toHexString(frame.address())));
		out.append('\n');
		sample.stack()
			.forEach((frame) -> out.append("#\t0x")
				.append(Long.toHexString(frame.address()))
				.append('\t')
				.append(frame.function())
				.append('\t')
				.append(frame.file())
				.append(':')
				.append(Integer.toString(frame.line()))
				.append('\n'));
		out.append('\n');
	}

	private record Sample(List<Frame> stack, long[] values) {
	}

}
