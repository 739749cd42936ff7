package io.gmicro.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.SpringBootVersion;
import org.springframework.core.SpringVersion;

/**
 * Where figures were measured, and of what.
 */
final class Versions {

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private Versions() {
	}

	static String describe() throws IOException {
		return String.format(Locale.ROOT,
				"%s %s, `%s`; Spring Boot %s, Spring %s, Micrometer %s; %d × %s, %.1f GB, %s, %s %s %s",
				System.getProperty("java.vm.name"), Runtime.version(),
				String.join(" ",
						ManagementFactory.getRuntimeMXBean()
							.getInputArguments()
							.stream()
							.filter((argument) -> argument.startsWith("-X"))
							.toList()),
				SpringBootVersion.getVersion(), SpringVersion.getVersion(),
				MeterRegistry.class.getPackage().getImplementationVersion(), Runtime.getRuntime().availableProcessors(),
				value("/proc/cpuinfo", "model name", ':', "processors of an unknown model"),
				SYSTEM.getTotalMemorySize() / 1e9,
				value("/etc/os-release", "PRETTY_NAME", '=', "a system of an unknown name"),
				System.getProperty("os.name"), System.getProperty("os.version"), System.getProperty("os.arch"));
	}

	/** How many threads wanted a processor during the last minute. */
	static String load() {
		return String.format(Locale.ROOT, "load average %.2f at the start", SYSTEM.getSystemLoadAverage());
	}

	private static String value(String file, String key, char separator, String otherwise) throws IOException {
		Path path = Path.of(file);
		if (!Files.exists(path)) {
			return otherwise;
		}
		try (Stream<String> lines = Files.lines(path)) {
			return lines.filter((line) -> line.startsWith(key))
				.map((line) -> line.substring(line.indexOf(separator) + 1).replace("\"", "").strip())
				.findFirst()
				.orElse(otherwise);
		}
	}

}
