package io.gmicro.benchmarks;

import java.util.Locale;

import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.SpringBootVersion;
import org.springframework.core.SpringVersion;

/**
 * Where figures were measured, and of what.
 */
final class Versions {

	private Versions() {
	}

	static String describe() {
		return String.format(Locale.ROOT, "%d CPUs, %s %s, %s %s, Spring Boot %s, Spring %s, Micrometer %s",
				Runtime.getRuntime().availableProcessors(), System.getProperty("os.name"),
				System.getProperty("os.arch"), System.getProperty("java.vm.name"), Runtime.version(),
				SpringBootVersion.getVersion(), SpringVersion.getVersion(),
				MeterRegistry.class.getPackage().getImplementationVersion());
	}

}
