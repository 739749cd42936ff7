package io.gmicro.compatibility;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The versions that the published POMs name. Where the highest version wins, as in
 * Gradle, one that is newer than the application's own line would break it.
 */
class PublishedVersionsTests {

	private static final String LOWEST = "3.5.";

	private static final String LINE = System.getProperty("gmicro.compatibility.spring-boot");

	@Test
	void starterNamesTheOldestLine() throws Exception {
		List<String> named = dependencies("gmicro-spring-boot-starter");
		assertThat(named).filteredOn((dependency) -> dependency.startsWith("org.springframework"))
			.containsExactly("org.springframework.boot:spring-boot-starter-actuator:" + oldest(named, 2) + ":compile");
		assertThat(oldest(named, 2)).startsWith(LOWEST);
		if (LINE.startsWith(LOWEST)) {
			assertThat(oldest(named, 2)).isEqualTo(LINE);
			String registry = PrometheusMeterRegistry.class.getProtectionDomain()
				.getCodeSource()
				.getLocation()
				.getPath();
			assertThat(named).filteredOn((dependency) -> dependency.startsWith("io.micrometer"))
				.singleElement()
				.satisfies((micrometer) -> assertThat(registry)
					.endsWith("/micrometer-registry-prometheus-" + micrometer.split(":")[2] + ".jar"));
		}
	}

	@Test
	void autoConfigurationNamesNothing() throws Exception {
		assertThat(dependencies("gmicro-spring-boot-autoconfigure")).isNotEmpty()
			.allMatch((dependency) -> dependency.endsWith(":provided") || dependency.endsWith(":test"));
	}

	private static String oldest(List<String> named, int part) {
		return named.stream()
			.filter((dependency) -> dependency.contains(":spring-boot-starter-actuator:"))
			.map((dependency) -> dependency.split(":")[part])
			.findFirst()
			.orElse("none");
	}

	private static List<String> dependencies(String artifact) throws Exception {
		List<String> dependencies = new ArrayList<>();
		try (InputStream pom = PublishedVersionsTests.class.getClassLoader()
			.getResourceAsStream("META-INF/maven/io.gmicro/" + artifact + "/pom.xml")) {
			Element project = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom).getDocumentElement();
			NodeList elements = project.getElementsByTagName("dependency");
			for (int i = 0; i < elements.getLength(); i++) {
				Element element = (Element) elements.item(i);
				dependencies.add(text(element, "groupId", "") + ":" + text(element, "artifactId", "") + ":"
						+ text(element, "version", "managed") + ":" + text(element, "scope", "compile"));
			}
		}
		return dependencies;
	}

	private static String text(Element element, String name, String fallback) {
		NodeList found = element.getElementsByTagName(name);
		return (found.getLength() > 0 && found.item(0).getParentNode() == element) ? found.item(0).getTextContent()
				: fallback;
	}

}
