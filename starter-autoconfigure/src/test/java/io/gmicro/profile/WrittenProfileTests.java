package io.gmicro.profile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Profiles that are written and read again.
 */
class WrittenProfileTests {

	private static final Frame FIND = new Frame("shop.Größe.find", "(IJ)Ljava/lang/String;", "shop/Größe.java", 42);

	private static final Frame MAIN = new Frame("shop.Main.main", "", "", 0);

	@Test
	void samplesAndCommentsAreReadAsTheyWere() throws IOException {
		Profile profile = create().time(Instant.ofEpochSecond(1)).duration(Duration.ofSeconds(2)).comment("first");
		profile.add(List.of(FIND, MAIN), Map.of("route", "/größe/{id}", "method", "GET"), 3, Long.MAX_VALUE);
		profile.add(List.of(MAIN), Map.of(), 1, -5);
		profile.add(List.of(), Map.of(), 1, 1L << 40);
		Profile read = create();
		read.addWritten(written(profile));
		assertThat(samples(read)).isEqualTo(samples(profile)).hasSize(3);
		// Twice, but the comment only once
		read.addWritten(written(profile));
		assertThat(samples(read)).contains("[Frame[function=shop.Main.main, descriptor=, file=, line=0]] {} [2, -10]");
		assertThat(new String(read.toByteArray(), StandardCharsets.UTF_8)).containsOnlyOnce("first");
	}

	@Test
	void profileWithoutSamplesIsRead() throws IOException {
		Profile read = create();
		read.addWritten(written(create()));
		assertThat(samples(read)).isEmpty();
	}

	@Test
	void whatIsNoProfileIsRefused() {
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> create().addWritten(new byte[] { 1, 2, 3 }));
	}

	private static Profile create() {
		return new Profile(new ValueType("samples", "count"), new ValueType("cpu", "nanoseconds"))
			.period(new ValueType("cpu", "nanoseconds"), 10)
			.defaultSampleType("cpu");
	}

	private static byte[] written(Profile profile) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		profile.writeTo(out);
		return out.toByteArray();
	}

	private static List<String> samples(Profile profile) {
		List<String> samples = new ArrayList<>();
		profile.forEach((stack, labels, values) -> samples
			.add(stack + " " + new TreeMap<>(labels) + " " + Arrays.toString(values)));
		return samples;
	}

}
