package io.gmicro.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the generated metadata, the defaults in the code, the reference and the README
 * together. Run with {@code -Dgmicro.docs=write} to write the tables anew.
 */
class ReferenceTests {

	private static final String START = "<!-- properties: made from the metadata, see CONTRIBUTING.md -->\n";

	private static final String END = "<!-- end of properties -->\n";

	private static final Path REFERENCE = Path.of("..", "docs", "reference.md");

	private static final Path README = Path.of("..", "README.md");

	private final List<ConfigurationMetadataProperty> properties = metadata();

	@Test
	void everyPropertyIsDescribed() {
		assertThat(this.properties).isNotEmpty().allSatisfy((property) -> {
			assertThat(property.getDescription()).as(property.getId()).isNotBlank().endsWith(".");
			assertThat(property.getDescription()).as(property.getId()).doesNotStartWith("The ").doesNotStartWith("A ");
			assertThat(isMap(property) || property.getDefaultValue() != null).as(property.getId()).isTrue();
		});
	}

	@Test
	void metadataHasTheDefaultsOfTheCode() {
		Binder nothing = new Binder(new MapConfigurationPropertySource());
		Map<String, Object> defaults = this.properties.stream()
			.filter((property) -> !isMap(property))
			.collect(Collectors.toMap(ConfigurationMetadataProperty::getId, ReferenceTests::defaultText));
		GmicroProperties fromMetadata = new Binder(new MapConfigurationPropertySource(defaults))
			.bind("gmicro", GmicroProperties.class)
			.get();
		assertThat(fromMetadata).isEqualTo(nothing.bindOrCreate("gmicro", GmicroProperties.class));
	}

	@Test
	void metadataNamesWhatTheCodeBinds() {
		List<String> names = this.properties.stream().map(ConfigurationMetadataProperty::getId).toList();
		assertThat(names).allSatisfy((name) -> assertThat(ConfigurationPropertyName.isValid(name)).isTrue());
		assertThat(names).containsExactlyInAnyOrderElementsOf(components("gmicro", GmicroProperties.class));
	}

	@Test
	void referenceIsMadeFromTheMetadata() throws IOException {
		assertTable(REFERENCE);
	}

	@Test
	void readmeIsMadeFromTheMetadata() throws IOException {
		assertTable(README);
	}

	private void assertTable(Path file) throws IOException {
		String text = Files.readString(file);
		int start = text.indexOf(START) + START.length();
		int end = text.indexOf(END);
		assertThat(text).contains(START, END);
		if ("write".equals(System.getProperty("gmicro.docs"))) {
			Files.writeString(file, text.substring(0, start) + table() + text.substring(end));
			return;
		}
		assertThat(text.substring(start, end)).as("%s; run with -Dgmicro.docs=write", file).isEqualTo(table());
	}

	private String table() {
		return this.properties.stream()
			.map((property) -> "| `%s` | `%s` | %s |\n".formatted(property.getId(), shown(defaultText(property)),
					property.getDescription()))
			.collect(Collectors.joining("", "| Property | Default | Description |\n|---|---|---|\n", ""));
	}

	private static String shown(String defaultText) {
		return defaultText.isEmpty() ? "\"\"" : defaultText;
	}

	private static String defaultText(ConfigurationMetadataProperty property) {
		return isMap(property) ? "{}" : String.valueOf(property.getDefaultValue()).replaceAll("^\\[|]$", "");
	}

	/** The metadata has no defaults for maps. All of ours are empty. */
	private static boolean isMap(ConfigurationMetadataProperty property) {
		return property.getType().startsWith(Map.class.getName());
	}

	private static List<String> components(String prefix, Class<?> type) {
		return List.of(type.getRecordComponents()).stream().flatMap((component) -> {
			String name = prefix + "." + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
			return component.getType().isRecord() ? components(name, component.getType()).stream()
					: List.of(name).stream();
		}).toList();
	}

	static List<ConfigurationMetadataProperty> metadata() {
		try (InputStream json = GmicroProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			return ConfigurationMetadataRepositoryJsonBuilder.create(Objects.requireNonNull(json))
				.build()
				.getAllProperties()
				.values()
				.stream()
				.sorted(Comparator.comparing((property) -> property.getId().replace("gmicro.metrics", "gmicro")))
				.toList();
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

}
