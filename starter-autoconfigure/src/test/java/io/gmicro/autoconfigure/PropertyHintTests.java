package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.gmicro.autoconfigure.GmicroProperties.Naming;
import io.gmicro.diagnostics.DiagnosticsAccess;
import io.gmicro.http.LabelRules.ErrorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ValueHint;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an editor offers as values of properties.
 */
class PropertyHintTests {

	private static final List<ConfigurationMetadataProperty> PROPERTIES = ReferenceTests.metadata();

	@Test
	void everyChoiceIsDescribed() {
		assertThat(choices("gmicro.metrics.naming")).containsExactlyElementsOf(names(Naming.values()));
		assertThat(choices("gmicro.http.error-type")).containsExactlyElementsOf(names(ErrorType.values()));
		assertThat(choices("gmicro.diagnostics.access")).containsExactlyElementsOf(names(DiagnosticsAccess.values()));
	}

	private static List<String> choices(String property) {
		return PROPERTIES.stream()
			.filter((each) -> each.getId().equals(property))
			.flatMap((each) -> each.getHints().getValueHints().stream())
			.filter((hint) -> hint.getDescription() != null && hint.getDescription().endsWith("."))
			.map((hint) -> hint.getValue().toString())
			.toList();
	}

	private static List<String> names(Enum<?>[] constants) {
		return Stream.of(constants)
			.map((constant) -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
			.toList();
	}

	@Test
	void everyDurationAndListHasExamples() {
		assertThat(PROPERTIES)
			.filteredOn((property) -> property.getType().matches("java\\.(time\\.Duration|util\\.List).*"))
			.isNotEmpty()
			.allSatisfy((property) -> assertThat(property.getHints().getValueHints()).as(property.getId()).isNotEmpty())
			.allSatisfy((property) -> assertThat(property.getHints().getValueProviders()).as(property.getId())
				.extracting((provider) -> provider.getName())
				.containsExactly("any"));
	}

	static List<Map<String, String>> examples() {
		List<Map<String, String>> examples = new ArrayList<>();
		for (ConfigurationMetadataProperty property : PROPERTIES) {
			boolean isMap = property.getType().startsWith("java.util.Map");
			for (ValueHint hint : property.getHints().getValueHints()) {
				examples.add(example(property.getId() + (isMap ? "[/orders]" : ""), hint.getValue().toString()));
			}
			for (ValueHint hint : property.getHints().getKeyHints()) {
				examples.add(example(property.getId() + "." + hint.getValue(), "x"));
			}
		}
		return examples;
	}

	private static Map<String, String> example(String property, String value) {
		Map<String, String> example = new TreeMap<>(Map.of(property, value));
		if (value.equals("authenticated")) {
			example.put("gmicro.diagnostics.role", "OPERATOR");
		}
		return example;
	}

	@ParameterizedTest
	@MethodSource("examples")
	void everyExampleIsAccepted(Map<String, String> example) {
		GmicroProperties bound = new Binder(new MapConfigurationPropertySource(example))
			.bind("gmicro", GmicroProperties.class)
			.get();
		assertThat(bound).isNotNull();
	}

}
