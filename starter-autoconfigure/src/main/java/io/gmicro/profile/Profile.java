package io.gmicro.profile;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/**
 * A profile in the format of {@code go tool pprof}. Samples with the same stack and the
 * same labels are merged. Not thread-safe.
 *
 * @see <a href=
 * "https://github.com/google/pprof/blob/main/proto/profile.proto">profile.proto</a>
 */
public final class Profile {

	private static final int MAPPING = 1;

	private final Map<String, Long> strings = new LinkedHashMap<>();

	private final Map<Frame, Long> locations = new LinkedHashMap<>();

	private final Map<Function, Long> functions = new LinkedHashMap<>();

	private final Set<String> comments = new HashSet<>();

	private final Map<Key, long[]> samples = new LinkedHashMap<>();

	private final ProtoWriter header = new ProtoWriter();

	private final int values;

	/**
	 * Creates an empty profile.
	 * @param sampleTypes the types of the values of each sample
	 */
	public Profile(ValueType... sampleTypes) {
		string("");
		this.values = sampleTypes.length;
		for (ValueType type : sampleTypes) {
			this.header.message(1, valueType(type));
		}
	}

	/**
	 * Sets the sampling period.
	 * @param type the type of the period
	 * @param period the interval between two samples
	 * @return this profile
	 */
	public Profile period(ValueType type, long period) {
		this.header.message(11, valueType(type)).number(12, period);
		return this;
	}

	/** Sets the time of collection. */
	public Profile time(Instant time) {
		this.header.number(9, TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano());
		return this;
	}

	/** Sets the duration. Profiles that count from the start of the process have none. */
	public Profile duration(Duration duration) {
		this.header.number(10, duration.toNanos());
		return this;
	}

	/** Sets the {@link ValueType#type() sample type} that tools show by default. */
	public Profile defaultSampleType(String type) {
		this.header.number(14, string(type));
		return this;
	}

	/**
	 * Adds a comment, which {@code go tool pprof -comments} shows, unless it is there.
	 */
	public Profile comment(String comment) {
		if (this.comments.add(comment)) {
			this.header.number(13, string(comment));
		}
		return this;
	}

	/**
	 * Adds a sample, or its values to the sample with the same stack and labels.
	 * @param stack the frames, innermost first
	 * @param labels the labels
	 * @param values a value for each sample type
	 * @throws IllegalArgumentException if the number of values differs from that of the
	 * sample types
	 */
	public void add(List<Frame> stack, Map<String, String> labels, long... values) {
		if (values.length != this.values) {
			throw new IllegalArgumentException(values.length + " values for " + this.values + " sample types");
		}
		long[] sum = this.samples.computeIfAbsent(new Key(List.copyOf(stack), Map.copyOf(labels)),
				(key) -> new long[this.values]);
		for (int i = 0; i < sum.length; i++) {
			sum[i] += values[i];
		}
	}

	/**
	 * Adds the samples and the comments of a profile that was {@linkplain #writeTo
	 * written}, and has the same sample types.
	 * @param written what was written
	 * @throws IOException if it cannot be decompressed
	 */
	public void addWritten(byte[] written) throws IOException {
		ProfileReader.read(written, this);
	}

	/** Subtracts the samples of another profile with the same sample types. */
	public void subtract(Profile other) {
		other.forEach((stack, labels, values) -> {
			long[] negated = new long[values.length];
			Arrays.setAll(negated, (i) -> -values[i]);
			add(stack, labels, negated);
		});
	}

	/** Calls an action with each sample that has a value other than zero. */
	public void forEach(SampleAction action) {
		this.samples.forEach((key, sums) -> {
			if (Arrays.stream(sums).anyMatch((sum) -> sum != 0)) {
				action.accept(key.stack(), key.labels(), sums.clone());
			}
		});
	}

	/**
	 * Writes the profile, compressed with gzip.
	 * @param out the stream to write to, which stays open
	 * @throws IOException if writing fails
	 */
	public void writeTo(OutputStream out) throws IOException {
		GZIPOutputStream gzip = new GZIPOutputStream(out);
		gzip.write(toByteArray());
		gzip.finish();
	}

	/** The message {@code Profile} of profile.proto. */
	public byte[] toByteArray() {
		ProtoWriter profile = new ProtoWriter();
		forEach((stack, labels, sums) -> profile.message(2, sample(stack, labels, sums)));
		profile.message(3,
				new ProtoWriter().number(1, MAPPING).number(5, string("java")).number(7, 1).number(8, 1).number(9, 1));
		this.locations.forEach((frame, id) -> profile.message(4, location(frame, id)));
		this.functions.forEach((function, id) -> profile.message(5, function(function, id)));
		this.strings.keySet().forEach((string) -> profile.text(6, string));
		return new ProtoWriter().append(this.header).append(profile).toByteArray();
	}

	private ProtoWriter sample(List<Frame> frames, Map<String, String> labels, long[] sums) {
		long[] stack = frames.stream()
			.mapToLong((frame) -> this.locations.computeIfAbsent(frame, (added) -> this.locations.size() + 1L))
			.toArray();
		ProtoWriter sample = new ProtoWriter().numbers(1, stack).numbers(2, sums);
		labels.forEach(
				(name, value) -> sample.message(3, new ProtoWriter().number(1, string(name)).number(2, string(value))));
		return sample;
	}

	private ProtoWriter location(Frame frame, long id) {
		Function function = new Function(frame.function(), frame.descriptor(), frame.file());
		long functionId = this.functions.computeIfAbsent(function, (added) -> this.functions.size() + 1L);
		return new ProtoWriter().number(1, id)
			.number(2, MAPPING)
			.number(3, frame.address())
			.message(4, new ProtoWriter().number(1, functionId).number(2, frame.line()));
	}

	private ProtoWriter function(Function function, long id) {
		return new ProtoWriter().number(1, id)
			.number(2, string(function.name()))
			.number(3, string(function.name() + function.descriptor()))
			.number(4, string(function.file()));
	}

	private ProtoWriter valueType(ValueType type) {
		return new ProtoWriter().number(1, string(type.type())).number(2, string(type.unit()));
	}

	private long string(String value) {
		return this.strings.computeIfAbsent(value, (added) -> (long) this.strings.size());
	}

	/**
	 * Receives samples.
	 */
	@FunctionalInterface
	public interface SampleAction {

		void accept(List<Frame> stack, Map<String, String> labels, long[] values);

	}

	private record Key(List<Frame> stack, Map<String, String> labels) {
	}

	private record Function(String name, String descriptor, String file) {
	}

}
