package io.gmicro.sample;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.gmicro.autoconfigure.GmicroProperties;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.Bindable;
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

	/** Have no names of their own below them. */
	private static final List<String> MAPS = List.of("gmicro.metrics.custom", "gmicro.slo");

	/** Mean more while they are not set than their defaults, which are a comment. */
	private static final List<String> COMMENTS = List.of("gmicro.http.request-duration.buckets",
			"gmicro.http.exclude-paths", "gmicro.http.known-methods");

	@Test
	void everyPropertyIsShown() throws Exception {
		TreeSet<String> shown = shown();
		shown.addAll(COMMENTS);
		assertThat(shown).isEqualTo(documented());
	}

	@Test
	void commentsHaveTheDefaultsToo() throws Exception {
		GmicroProperties.Http defaults = new Binder(new MapConfigurationPropertySource(Map.of()))
			.bindOrCreate("gmicro", GmicroProperties.class)
			.http();
		String text = new ClassPathResource("application.yml").getContentAsString(StandardCharsets.UTF_8);
		assertThat(text).contains("# exclude-paths: " + String.join(", ", defaults.excludePaths()) + "\n")
			.contains("# known-methods: " + String.join(", ", defaults.knownMethods()) + "\n")
			.contains("# buckets: " + defaults.requestDuration()
				.buckets()
				.stream()
				.map((bound) -> (bound.toMillis() % 1000 == 0) ? bound.toSeconds() + "s" : bound.toMillis() + "ms")
				.collect(Collectors.joining(", ")) + "\n");
	}

	@Test
	void shownValuesAreTheDefaults() throws Exception {
		Binder sample = new Binder(ConfigurationPropertySources.from(yaml()));
		Map<String, String> defaultsAndSet = new HashMap<>(Map.of("gmicro.metrics.enabled", Boolean.TRUE.toString()));
		for (String map : MAPS) {
			Map<String, String> set = sample.bind(map, Bindable.mapOf(String.class, String.class)).get();
			assertThat(set).hasSizeGreaterThan(1);
			set.forEach((name, value) -> defaultsAndSet.put(map + "." + name, value));
		}
		Binder defaults = new Binder(new MapConfigurationPropertySource(defaultsAndSet));
		assertThat(sample.bind("gmicro", GmicroProperties.class).get())
			.isEqualTo(defaults.bind("gmicro", GmicroProperties.class).get());
	}

	private static TreeSet<String> shown() throws IOException {
		TreeSet<String> names = new TreeSet<>();
		for (PropertySource<?> source : yaml()) {
			for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
				names.add(MAPS.stream().filter((map) -> name.startsWith(map + ".")).findFirst().orElse(name));
			}
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
