package io.gmicro.profile;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The bytes of a profile; what Go's tools make of them is asked of Go's tools.
 */
class ProfileTests {

	private static final Frame FRAME = new Frame("com.example.Shop.größe", "()V", "com/example/Shop.java", 300);

	@Test
	void samplesWithTheSameStackAndLabelsAreOne() throws IOException {
		Profile profile = new Profile(new ValueType("delay", "nanoseconds"));
		profile.add(List.of(FRAME), Map.of("route", "/a"), 1);
		byte[] one = bytes(profile);
		profile.add(List.of(FRAME), Map.of("route", "/a"), 1);
		assertThat(bytes(profile)).hasSameSizeAs(one).isNotEqualTo(one);
		profile.add(List.of(FRAME), Map.of("route", "/b"), 1);
		assertThat(bytes(profile)).hasSizeGreaterThan(one.length);
	}

	@Test
	void messageIsEncodedAsTheFormatSays() throws IOException {
		Profile profile = new Profile(new ValueType("n", "count"));
		profile.add(List.of(), Map.of(), 300);
		// sample_type {type: 1, unit: 2}, sample {value: [300]}, mapping {...}, strings
		// "", "n", "count", "java"
		assertThat(bytes(profile)).startsWith(0x0a, 4, 0x08, 1, 0x10, 2, 0x12, 6, 0x0a, 0, 0x12, 2, 0xac, 0x02)
			.endsWith("java".getBytes(StandardCharsets.US_ASCII));
	}

	@Test
	void namesAreUtf8() throws IOException {
		Profile profile = new Profile(new ValueType("n", "count"));
		profile.add(List.of(FRAME), Map.of(), 1);
		assertThat(new String(bytes(profile), StandardCharsets.UTF_8)).contains("com.example.Shop.größe()V");
	}

	@Test
	void numberOfValuesMustFit() {
		Profile profile = new Profile(new ValueType("n", "count"));
		assertThatIllegalArgumentException().isThrownBy(() -> profile.add(List.of(), Map.of(), 1, 2))
			.withMessage("2 values for 1 sample types");
	}

	@Test
	void addressesAreStableAndDiffer() {
		assertThat(FRAME.address())
			.isEqualTo(new Frame("com.example.Shop.größe", "()V", "com/example/Shop.java", 300).address())
			.isEqualTo(13753294993958L);
		Set<Long> addresses = new HashSet<>();
		for (int line = 0; line < 100_000; line++) {
			addresses.add(new Frame("a.B.c", "", "a/B.java", line).address());
		}
		assertThat(addresses).hasSize(100_000).allMatch((address) -> address > 0 && address < 1L << 47);
	}

	@ParameterizedTest
	@CsvSource({ "com.example.Shop, com.example.Shop.find, com/example/Shop.java",
			"com.example.Shop$Shelf, com.example.Shop$Shelf.find, com/example/Shop.java",
			"com.example.Shop$$Lambda/0x00007f1c8c0a1a60, com.example.Shop$$Lambda.find, com/example/Shop.java",
			"com.example.Shop$$Lambda$14/0x0000000800c8f0, com.example.Shop$$Lambda.find, com/example/Shop.java",
			"Shop, Shop.find, Shop.java" })
	void frameOfStackTraceNamesClassMethodAndFile(String type, String function, String file) {
		Frame frame = Frame.of(new StackTraceElement(type, "find", "Shop.java", 7));
		assertThat(frame).isEqualTo(new Frame(function, "", file, 7));
	}

	@Test
	void frameWithoutSourceHasNeitherFileNorLine() {
		assertThat(Frame.of(new StackTraceElement("a.B", "c", null, -2))).isEqualTo(new Frame("a.B.c", "", "", 0));
	}

	private static byte[] bytes(Profile profile) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		profile.writeTo(out);
		try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(out.toByteArray()))) {
			return in.readAllBytes();
		}
	}

}
