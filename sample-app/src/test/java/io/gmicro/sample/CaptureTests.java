package io.gmicro.sample;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A capture outlives the process that a supervisor ends in the middle of an incident.
 */
class CaptureTests {

	private static final Pattern CPU_SECONDS = Pattern
		.compile("([\\d.]+)(ms|s) +[\\d.]+% +io.gmicro.sample.work.BlockingController.cpu$", Pattern.MULTILINE);

	@TempDir
	private static Path directory;

	private static Path captures;

	private static Pprof pprof;

	private static Path zip;

	@BeforeAll
	static void incident() throws Exception {
		RealTools.find("go");
		pprof = new Pprof(directory);
		captures = directory.resolve("captures");
		try (SampleProcess sample = start()) {
			sample.get("/orders/1");
			// Long enough to be prepared twice
			for (int i = 0; i < 80; i++) {
				sample.get("/cpu?millis=100");
			}
			sample.terminate();
			assertThat(sample.log()).containsPattern("Captured the diagnostics because of slow_requests "
					+ "\\(\\d+ slow requests within a minute\\): \\d+ kB, " + captures + "/gmicro-capture-\\S+\\.zip");
		}
		try (Stream<Path> files = Files.list(captures)) {
			zip = files.toList().get(0);
		}
	}

	private static SampleProcess start() throws Exception {
		return SampleProcess.builder(directory)
			.arguments("--gmicro.pprof.history.enabled=true", "--gmicro.captures.enabled=true",
					"--gmicro.captures.directory=" + captures, "--gmicro.captures.slow-requests=5",
					"--gmicro.http.slow-requests.threshold=50ms")
			.start();
	}

	@Test
	void profilesShowTheIncident() throws Exception {
		String top = pprof.run("-top", "-cum", "-nodefraction=0", extracted("cpu.pb.gz").toString());
		Matcher cpu = CPU_SECONDS.matcher(top);
		assertThat(cpu.find()).as(top).isTrue();
		double seconds = Double.parseDouble(cpu.group(1)) / (cpu.group(2).equals("ms") ? 1000 : 1);
		assertThat(seconds).isBetween(1.5, 9.0);
		assertThat(pprof.run("-tags", extracted("wall.pb.gz").toString())).contains(": /cpu\n");
		for (String name : List.of("allocs.pb.gz", "mutex.pb.gz", "block.pb.gz")) {
			assertThat(pprof.run("-raw", extracted(name).toString())).as(name).contains("kept in windows");
		}
	}

	@Test
	void restIsThere() throws Exception {
		List<String> names = new ArrayList<>();
		try (ZipFile file = new ZipFile(zip.toFile())) {
			for (ZipEntry entry : Collections.list(file.entries())) {
				names.add(entry.getName());
			}
		}
		assertThat(names).containsExactly("cpu.pb.gz", "allocs.pb.gz", "mutex.pb.gz", "block.pb.gz", "wall.pb.gz",
				"threads.txt", "requests.json", "metrics.txt", "reason.txt");
		assertThat(extracted("reason.txt")).content().startsWith("slow_requests: ").doesNotContain("incomplete");
		assertThat(extracted("requests.json")).content().contains("\"route\":\"/cpu\"", "BlockingController");
		assertThat(extracted("metrics.txt")).content().contains("http_server_slow_requests_total{");
		assertThat(extracted("threads.txt")).content().contains("java.lang.Thread.State: ");
	}

	@Test
	void nextProcessListsIt() throws Exception {
		byte[] content = Files.readAllBytes(zip);
		// The second one after the first was killed
		for (int i = 0; i < 2; i++) {
			try (SampleProcess next = start()) {
				assertThat(next.get("/debug/captures").body()).contains(zip.getFileName().toString());
				assertThat(next.bytes("/debug/captures/" + zip.getFileName()).body()).isEqualTo(content);
			}
		}
		try (Stream<Path> files = Files.list(captures)) {
			assertThat(files).containsExactly(zip);
		}
	}

	private static Path extracted(String name) throws Exception {
		Path file = directory.resolve(name);
		try (ZipFile archive = new ZipFile(zip.toFile());
				InputStream in = archive.getInputStream(archive.getEntry(name))) {
			Files.write(file, in.readAllBytes());
		}
		return file;
	}

}
