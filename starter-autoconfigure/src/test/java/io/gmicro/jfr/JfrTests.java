package io.gmicro.jfr;

import java.nio.charset.StandardCharsets;

import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a profile says of stacks that were cut.
 */
class JfrTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					64   | 3 of 4 stacks were cut at 64 calls; for deeper ones start the JVM with -XX:FlightRecorderOptions:stackdepth=256
					256  | 3 of 4 stacks were cut at 256 calls; for deeper ones start the JVM with -XX:FlightRecorderOptions:stackdepth=1024
					1024 | 3 of 4 stacks were cut at 1024 calls; for deeper ones start the JVM with -XX:FlightRecorderOptions:stackdepth=2048
					2048 | 3 of 4 stacks were cut at 2048 calls, the most that JFR records
					""")
	void adviceIsNeverWhatIsAlreadySo(int depth, String comment) {
		Profile profile = new Profile(new ValueType("threads", "count"));
		Jfr.commentOnDepth(profile, 3, 4, depth);
		assertThat(text(profile)).contains(comment);
		assertThat(text(profile)).doesNotContain("stackdepth=" + depth);
	}

	private static String text(Profile profile) {
		return new String(profile.toByteArray(), StandardCharsets.UTF_8);
	}

}
