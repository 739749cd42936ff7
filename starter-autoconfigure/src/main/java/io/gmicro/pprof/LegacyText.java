package io.gmicro.pprof;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.recorder.ProfileKind;

/**
 * Writes a profile as text in the format of Go's {@code debug=1}.
 *
 * @see <a href="https://go.dev/src/runtime/pprof/pprof.go">runtime/pprof</a>
 */
final class LegacyText {

	private LegacyText() {
	}

	static void write(ProfileKind kind, Profile profile, PrintWriter out) {
		List<Sample> samples = new ArrayList<>();
		long[] total = new long[4];
		profile.forEach((stack, labels, values) -> {
			samples.add(new Sample(stack, values));
			for (int i = 0; i < values.length; i++) {
				total[i] += values[i];
			}
		});
		samples.sort(Comparator.comparingLong((sample) -> -order(kind, sample.values())));
		out.append(header(kind, total));
		for (Sample sample : samples) {
			out.append(values(kind, sample.values())).append(" @");
			sample.stack().forEach((frame) -> out.append(" 0x").append(Long.toHexString(frame.address())));
			out.append('\n');
			sample.stack()
				.forEach((frame) -> out.append("#\t0x" + Long.toHexString(frame.address()) + "\t" + frame.function()
						+ "\t" + frame.file() + ":" + frame.line() + "\n"));
			out.append('\n');
		}
	}

	private static long order(ProfileKind kind, long[] values) {
		return switch (kind) {
			case ALLOCS, HEAP -> Math.max(values[1], values[3]);
			case BLOCK, MUTEX -> values[1];
			case GOROUTINE, PROFILE, THREADCREATE -> values[0];
		};
	}

	/** A cycle of {@code block} and {@code mutex} is a nanosecond. */
	private static String header(ProfileKind kind, long[] total) {
		return switch (kind) {
			case ALLOCS, HEAP -> "heap profile: " + values(kind, total) + " @ heap/1048576\n";
			case BLOCK -> "--- contention:\ncycles/second=1000000000\n";
			case MUTEX -> "--- mutex:\ncycles/second=1000000000\nsampling period=1\n";
			case GOROUTINE, PROFILE, THREADCREATE -> kind.lowerCaseName() + " profile: total " + total[0] + "\n";
		};
	}

	private static String values(ProfileKind kind, long[] values) {
		return switch (kind) {
			case ALLOCS, HEAP -> values[2] + ": " + values[3] + " [" + values[0] + ": " + values[1] + "]";
			case BLOCK, MUTEX -> values[1] + " " + values[0];
			case GOROUTINE, PROFILE, THREADCREATE -> Long.toString(values[0]);
		};
	}

	private record Sample(List<Frame> stack, long[] values) {
	}

}
