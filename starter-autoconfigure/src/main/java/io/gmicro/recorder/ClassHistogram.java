package io.gmicro.recorder;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.management.JMException;

import io.gmicro.jfr.Platform;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;

/**
 * Counts the objects on the heap by class. The JVM pauses meanwhile.
 */
final class ClassHistogram {

	static final ValueType ALLOC_SPACE = new ValueType("alloc_space", "bytes");

	private static final Pattern ROW = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

	private static final Map<String, String> PRIMITIVES = Map.of("Z", "boolean", "B", "byte", "C", "char", "S", "short",
			"I", "int", "J", "long", "F", "float", "D", "double");

	private ClassHistogram() {
	}

	/** A memory profile without samples. The period is Go's default. */
	static Profile create() {
		return new Profile(new ValueType("alloc_objects", "count"), ALLOC_SPACE,
				new ValueType("inuse_objects", "count"), new ValueType("inuse_space", "bytes"))
			.period(new ValueType("space", "bytes"), 524_288);
	}

	/**
	 * Counts the objects.
	 * @param collectGarbage whether to collect garbage first; otherwise unreachable
	 * objects are counted, too
	 * @return the profile
	 * @throws ProfilingException if this JVM has no class histogram
	 */
	static Profile profile(boolean collectGarbage) throws ProfilingException {
		Profile profile = create().time(Instant.now());
		try {
			String histogram = collectGarbage ? Platform.diagnosticCommand("gcClassHistogram")
					: Platform.diagnosticCommand("gcClassHistogram", "-all");
			histogram.lines().map(ROW::matcher).filter(Matcher::matches).forEach((row) -> add(row, profile));
			return profile;
		}
		catch (JMException ex) {
			throw new ProfilingException(501,
					"there is no class histogram: it needs a HotSpot JVM with the modules jdk.jfr and jdk.management");
		}
	}

	private static void add(Matcher row, Profile profile) {
		profile.add(List.of(Frame.named(className(row.group(3)))), Map.of(), 0, 0, Long.parseLong(row.group(1)),
				Long.parseLong(row.group(2)));
	}

	/** Converts {@code [Ljava.lang.String;} to {@code java.lang.String[]}. */
	private static String className(String name) {
		int dimensions = 0;
		while (name.startsWith("[", dimensions)) {
			dimensions++;
		}
		String element = name.substring(dimensions);
		if (dimensions > 0) {
			element = PRIMITIVES.getOrDefault(element, element.replaceAll("^L|;$", ""));
		}
		return Frame.typeName(element) + "[]".repeat(dimensions);
	}

}
