package io.gmicro.profile;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;

/**
 * Reads the samples and comments of a profile that {@link Profile} has written.
 */
final class ProfileReader {

	private final List<Sample> samples = new ArrayList<>();

	private final Map<Long, Location> locations = new HashMap<>();

	private final Map<Long, Function> functions = new HashMap<>();

	private final List<String> strings = new ArrayList<>();

	private final List<Integer> comments = new ArrayList<>();

	private final Map<Long, Frame> frames = new HashMap<>();

	private ProfileReader(ProtoReader profile) {
		while (profile.next()) {
			switch (profile.field()) {
				case 2 -> this.samples.add(new Sample(profile.message()));
				case 4 -> {
					Location location = new Location(profile.message());
					this.locations.put(location.id, location);
				}
				case 5 -> {
					Function function = new Function(profile.message());
					this.functions.put(function.id, function);
				}
				case 6 -> this.strings.add(profile.text());
				case 13 -> this.comments.add(profile.index());
				default -> {
				}
			}
		}
	}

	/**
	 * Adds the samples and comments of a written profile to another profile with the same
	 * sample types.
	 * @param written the profile, compressed with gzip
	 * @param target the profile to add to
	 * @throws IOException if it cannot be decompressed
	 */
	static void read(byte[] written, Profile target) throws IOException {
		try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(written))) {
			new ProfileReader(new ProtoReader(ByteBuffer.wrap(gzip.readAllBytes()))).addTo(target);
		}
	}

	private void addTo(Profile target) {
		for (Sample sample : this.samples) {
			List<Frame> stack = LongStream.of(sample.locations)
				.mapToObj((id) -> this.frames.computeIfAbsent(id, this::frame))
				.toList();
			Map<String, String> labels = new HashMap<>();
			sample.labels.forEach((label) -> labels.put(this.strings.get(label.name), this.strings.get(label.value)));
			target.add(stack, labels, sample.values);
		}
		this.comments.forEach((comment) -> target.comment(this.strings.get(comment)));
	}

	private Frame frame(long id) {
		Location location = Objects.requireNonNull(this.locations.get(id));
		Function function = Objects.requireNonNull(this.functions.get(location.function));
		String name = this.strings.get(function.name);
		String descriptor = this.strings.get(function.systemName).substring(name.length());
		return new Frame(name, descriptor, this.strings.get(function.file), location.line);
	}

	private static final class Sample {

		private long[] locations = {};

		private long[] values = {};

		private final List<Label> labels = new ArrayList<>();

		Sample(ProtoReader message) {
			while (message.next()) {
				switch (message.field()) {
					case 1 -> this.locations = message.numbers();
					case 2 -> this.values = message.numbers();
					case 3 -> this.labels.add(new Label(message.message()));
					default -> {
					}
				}
			}
		}

	}

	private static final class Label {

		private int name;

		private int value;

		Label(ProtoReader message) {
			while (message.next()) {
				switch (message.field()) {
					case 1 -> this.name = message.index();
					case 2 -> this.value = message.index();
					default -> {
					}
				}
			}
		}

	}

	private static final class Location {

		private long id;

		private long function;

		private int line;

		Location(ProtoReader message) {
			while (message.next()) {
				switch (message.field()) {
					case 1 -> this.id = message.number();
					case 4 -> line(message.message());
					default -> {
					}
				}
			}
		}

		private void line(ProtoReader message) {
			while (message.next()) {
				switch (message.field()) {
					case 1 -> this.function = message.number();
					case 2 -> this.line = message.index();
					default -> {
					}
				}
			}
		}

	}

	private static final class Function {

		private long id;

		private int name;

		private int systemName;

		private int file;

		Function(ProtoReader message) {
			while (message.next()) {
				switch (message.field()) {
					case 1 -> this.id = message.number();
					case 2 -> this.name = message.index();
					case 3 -> this.systemName = message.index();
					case 4 -> this.file = message.index();
					default -> {
					}
				}
			}
		}

	}

}
