package io.gmicro.slo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Writes the rules of objectives for Prometheus, and tests of them for promtool.
 */
public final class RuleFiles {

	private static final String FILE = "slo.yml";

	private static final String HEADER = "# Made from gmicro.slo by --gmicro.rules. Change it there.\n";

	private RuleFiles() {
	}

	/**
	 * Write {@code rules/slo.yml} and {@code tests/slo.yml} into a directory, in place of
	 * what is there.
	 * @param directory made when there is none
	 * @param job the job under which Prometheus scrapes the service
	 * @param runbookUrl what the alerts have as {@code runbook_url}, empty for none
	 * @param objectives valid objectives by name
	 * @return the files
	 * @throws IOException if they could not be written
	 */
	public static List<Path> write(Path directory, String job, String runbookUrl,
			Map<String, ServiceLevelObjective> objectives) throws IOException {
		List<Indicator> indicators = objectives.entrySet()
			.stream()
			.map((slo) -> new Indicator(job, slo.getKey(), slo.getValue()))
			.toList();
		return List.of(write(directory.resolve("rules"), RuleFile.of(indicators, runbookUrl)),
				write(directory.resolve("tests"), RuleTestFile.of("../rules/" + FILE, indicators)));
	}

	private static Path write(Path directory, Map<String, Object> document) throws IOException {
		DumperOptions options = new DumperOptions();
		options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
		options.setSplitLines(false);
		options.setDereferenceAliases(true);
		options.setIndicatorIndent(2);
		options.setIndentWithIndicator(true);
		return Files.writeString(Files.createDirectories(directory).resolve(FILE),
				HEADER + new Yaml(options).dump(document));
	}

}
