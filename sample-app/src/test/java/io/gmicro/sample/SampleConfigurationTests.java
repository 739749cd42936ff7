package io.gmicro.sample;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import io.gmicro.autoconfigure.GmicroProperties;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code application.yml} is read as the list of what there is to set.
 */
class SampleConfigurationTests {

	@Test
	void everyPropertyIsShown() throws Exception {
		assertThat(shown()).isEqualTo(documented());
	}

	@Test
	void shownValuesAreTheDefaults() throws Exception {
		Binder defaults = new Binder(
				new MapConfigurationPropertySource(Map.of("gmicro.metrics.enabled", Boolean.TRUE.toString())));
		Binder sample = new Binder(ConfigurationPropertySources.from(yaml()));
		assertThat(sample.bind("gmicro", GmicroProperties.class).get())
			.isEqualTo(defaults.bind("gmicro", GmicroProperties.class).get());
	}

	private static TreeSet<String> shown() throws IOException {
		TreeSet<String> names = new TreeSet<>();
		for (PropertySource<?> source : yaml()) {
			names.addAll(List.of(((EnumerablePropertySource<?>) source).getPropertyNames()));
		}
		names.removeIf((name) -> !name.startsWith("gmicro."));
		return names;
	}

	private static List<PropertySource<?>> yaml() throws IOException {
		return new YamlPropertySourceLoader().load("sample", new ClassPathResource("application.yml"));
	}

	private static TreeSet<String> documented() throws IOException {
		TreeSet<String> names = new TreeSet<>();
		ClassLoader classLoader = SampleConfigurationTests.class.getClassLoader();
		for (URL metadata : Collections.list(classLoader.getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream input = metadata.openStream()) {
				for (JsonNode property : new JsonMapper().readTree(input).path("properties")) {
					names.add(property.path("name").asString());
				}
			}
		}
		names.removeIf((name) -> !name.startsWith("gmicro."));
		return names;
	}

}
