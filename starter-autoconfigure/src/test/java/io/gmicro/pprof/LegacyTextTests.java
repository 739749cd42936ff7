package io.gmicro.pprof;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.recorder.ProfileKind;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The text of each profile, in Go's form.
 */
class LegacyTextTests {

	private static final Frame FIND = new Frame("com.example.Shop.find", "()V", "com/example/Shop.java", 30);

	private static final Frame MAIN = new Frame("com.example.Shop.main", "()V", "com/example/Shop.java", 7);

	private static final String FIND_ADDRESS = "0x" + Long.toHexString(FIND.address());

	private static final String MAIN_ADDRESS = "0x" + Long.toHexString(MAIN.address());

	@Test
	void threadsAreCountedTheMostFirst() {
		Profile profile = ProfileKind.GOROUTINE.empty();
		profile.add(List.of(MAIN), Map.of(), 1);
		profile.add(List.of(FIND, MAIN), Map.of(), 41);
		assertThat(text(ProfileKind.GOROUTINE, profile)).isEqualTo("""
				goroutine profile: total 42
				41 @ FIND MAIN
				#	FIND	com.example.Shop.find	com/example/Shop.java:30
				#	MAIN	com.example.Shop.main	com/example/Shop.java:7

				1 @ MAIN
				#	MAIN	com.example.Shop.main	com/example/Shop.java:7

				""");
	}

	@Test
	void memoryHasWhatIsInUseAndWhatWasAllocated() {
		Profile profile = ProfileKind.HEAP.empty();
		profile.add(List.of(MAIN), Map.of(), 1, 100, 0, 0);
		profile.add(List.of(FIND), Map.of(), 2, 2000, 1, 1000);
		assertThat(text(ProfileKind.ALLOCS, profile)).isEqualTo("""
				heap profile: 1: 1000 [3: 2100] @ heap/1048576
				1: 1000 [2: 2000] @ FIND
				#	FIND	com.example.Shop.find	com/example/Shop.java:30

				0: 0 [1: 100] @ MAIN
				#	MAIN	com.example.Shop.main	com/example/Shop.java:7

				""");
	}

	@Test
	void waitsAreInNanosecondsTheLongestFirst() {
		Profile profile = ProfileKind.MUTEX.empty();
		profile.add(List.of(FIND), Map.of(), 9, 1_000);
		profile.add(List.of(MAIN), Map.of(), 1, 5_000_000);
		String samples = """
				5000000 1 @ MAIN
				#	MAIN	com.example.Shop.main	com/example/Shop.java:7

				1000 9 @ FIND
				#	FIND	com.example.Shop.find	com/example/Shop.java:30

				""";
		assertThat(text(ProfileKind.MUTEX, profile))
			.isEqualTo("--- mutex:\ncycles/second=1000000000\nsampling period=1\n" + samples);
		assertThat(text(ProfileKind.BLOCK, profile)).isEqualTo("--- contention:\ncycles/second=1000000000\n" + samples);
	}

	@Test
	void emptyProfileIsItsHeader() {
		assertThat(text(ProfileKind.THREADCREATE, ProfileKind.THREADCREATE.empty()))
			.isEqualTo("threadcreate profile: total 0\n");
		assertThat(text(ProfileKind.HEAP, ProfileKind.HEAP.empty()))
			.isEqualTo("heap profile: 0: 0 [0: 0] @ heap/1048576\n");
	}

	private static String text(ProfileKind kind, Profile profile) {
		StringWriter text = new StringWriter();
		LegacyText.write(kind, profile, new PrintWriter(text));
		return text.toString().replace(FIND_ADDRESS, "FIND").replace(MAIN_ADDRESS, "MAIN");
	}

}
