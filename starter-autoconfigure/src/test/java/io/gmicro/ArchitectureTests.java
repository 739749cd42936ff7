package io.gmicro;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

import org.springframework.boot.autoconfigure.AutoConfiguration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.all;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the boundaries between packages.
 */
@AnalyzeClasses(packages = "io.gmicro", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	private static final DescribedPredicate<JavaClass> WEB_MVC_INTERNALS_THAT_MOVED = DescribedPredicate.describe(
			"live in packages that moved between Spring Boot 3 and 4",
			(type) -> type.getPackageName()
				.matches("org\\.springframework\\.boot\\.(actuate\\.metrics|actuate\\.observation|micrometer|webmvc"
						+ "|servlet|tomcat|jetty|health|security|web\\.server|web\\.embedded|web\\.context"
						+ "|autoconfigure\\.web)(\\..*)?"));

	/** What the words of the table stand for. */
	private static final Map<String, List<String>> LIBRARIES = Map.ofEntries(entry("only the JDK"),
			entry("JFR", "jdk.jfr.."), entry("JMX", "javax.management..", "com.sun.management.."),
			entry("servlet API", "jakarta.servlet.."),
			entry("Spring MVC", "org.springframework.web..", "org.springframework.http..",
					"org.springframework.context..", "org.springframework.core..", "org.springframework.beans..",
					"org.springframework.util.."),
			entry("spring-core", "org.springframework.util.."), entry("Spring Data REST", "org.springframework.data.."),
			entry("Micrometer", "io.micrometer.."), entry("client_java", "io.prometheus.."),
			entry("grpc-api", "io.grpc.."), entry("hash4j", "com.dynatrace.hash4j.."), entry("jfr-converter", "one.."),
			entry("SnakeYAML", "org.yaml.snakeyaml.."), entry("commons-logging", "org.apache.commons.logging.."));

	/** A name as classes have them. */
	private static final Pattern NAME = Pattern.compile("`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`");

	/** Classes of others, and our tests. */
	private static final Set<String> OTHERS = Set.of("ArchitectureTests", "RemoteIpValve", "ServletRequestListener");

	private static final Pattern ROW = Pattern.compile("\\| `io\\.gmicro\\.(\\w+)` \\| [^|]+ \\| ([^|]+) \\|");

	@ArchTest
	static void packagesKnowOnlyWhatTheTableOfTheDocumentationAllows(JavaClasses classes) throws IOException {
		Map<String, String> rows = new TreeMap<>();
		for (String line : Files.readAllLines(Path.of("../docs/architecture.md"))) {
			Matcher row = ROW.matcher(line);
			if (row.matches()) {
				rows.put(row.group(1), row.group(2));
			}
		}
		assertThat(rows.keySet()).isEqualTo(classes.getPackage("io.gmicro")
			.getSubpackages()
			.stream()
			.map(JavaPackage::getRelativeName)
			.collect(Collectors.toCollection(TreeSet::new)));
		assertThat(rows.remove("autoconfigure")).isEqualTo("all of them and Spring Boot");
		rows.forEach((name, known) -> classes().that()
			.resideInAPackage("io.gmicro." + name)
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage(allowed(name, known))
			.check(classes));
	}

	@ArchTest
	static void documentationNamesOnlyClassesThatExist(JavaClasses classes) throws IOException {
		Set<String> existing = classes.stream().map(JavaClass::getSimpleName).collect(Collectors.toSet());
		assertThat(NAME.matcher(Files.readString(Path.of("../docs/architecture.md")))
			.results()
			.map((name) -> name.group(1))
			.filter((name) -> !OTHERS.contains(name))).isNotEmpty().isSubsetOf(existing);
	}

	private static Map.Entry<String, List<String>> entry(String word, String... packages) {
		return Map.entry(word, List.of(packages));
	}

	private static String[] allowed(String name, String known) {
		List<String> allowed = new ArrayList<>(List.of("java..", "org.jspecify..", "io.gmicro." + name));
		for (String word : known.split(", ")) {
			if (word.startsWith("`")) {
				allowed.add("io.gmicro." + word.substring(1, word.length() - 1));
			}
			else {
				assertThat(LIBRARIES).containsKey(word);
				allowed.addAll(LIBRARIES.get(word));
			}
		}
		return allowed.toArray(String[]::new);
	}

	@ArchTest
	static final ArchRule packagesAreFreeOfCycles = slices().matching("io.gmicro.(*)..").should().beFreeOfCycles();

	/** It may be missing. */
	@ArchTest
	static final ArchRule onlyTheFlameGraphPageKnowsItsLibrary = noClasses().that()
		.doNotHaveFullyQualifiedName("io.gmicro.pprof.FlameGraphPage")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("one..");

	/** It may be missing. */
	@ArchTest
	static final ArchRule onlyUniqueClientsKnowTheirLibrary = noClasses().that()
		.doNotHaveFullyQualifiedName("io.gmicro.http.UniqueClients")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("com.dynatrace..");

	/** It may be missing. */
	@ArchTest
	static final ArchRule onlyHandlerPatternsKnowSpringData = noClasses().that()
		.doNotHaveFullyQualifiedName("io.gmicro.route.HandlerPatterns$Repositories")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.data..");

	@ArchTest
	static final ArchRule nothingRefersToTypesThatMoved = noClasses().should()
		.dependOnClassesThat(WEB_MVC_INTERNALS_THAT_MOVED);

	@ArchTest
	static final ArchRule nothingPrintsOrSleeps = noClasses().should()
		.accessField(System.class, "out")
		.orShould()
		.accessField(System.class, "err")
		.orShould()
		.callMethod(Thread.class, "sleep", long.class);

	@ArchTest
	static final ArchRule nothingEndsTheJvm = noClasses().should()
		.callMethod(System.class, "exit", int.class)
		.orShould()
		.callMethod(Runtime.class, "exit", int.class)
		.orShould()
		.callMethod(Runtime.class, "halt", int.class);

	@ArchTest
	static final ArchRule autoConfigurationsArePublicAndFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL);

	@ArchTest
	static final ArchRule autoConfigurationsHaveNoPublicMembers = noMethods().that()
		.areDeclaredInClassesThat()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic();

	/** Requests and calls extend Operation, so that neither needs a second object. */
	@ArchTest
	static final ArchRule topLevelClassesAreFinal = classes().that()
		.areTopLevelClasses()
		.and()
		.areNotInterfaces()
		.and()
		.areNotEnums()
		.and()
		.doNotHaveFullyQualifiedName("io.gmicro.inflight.Operation")
		.should()
		.haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL);

	/** It may be missing. */
	@ArchTest
	static final ArchRule onlyRuleFilesKnowTheirLibrary = noClasses().that()
		.doNotHaveFullyQualifiedName("io.gmicro.slo.RuleFiles")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.yaml..");

	@ArchTest
	static final ArchRule packagesAreNullMarked = all(packages()).should(beNullMarked());

	private static com.tngtech.archunit.lang.ClassesTransformer<JavaPackage> packages() {
		return new com.tngtech.archunit.lang.AbstractClassesTransformer<>("packages") {

			@Override
			public Iterable<JavaPackage> doTransform(JavaClasses classes) {
				return classes.getPackage("io.gmicro").getSubpackages();
			}

		};
	}

	private static ArchCondition<JavaPackage> beNullMarked() {
		return new ArchCondition<>("be @NullMarked") {

			@Override
			public void check(JavaPackage item, ConditionEvents events) {
				events.add(new SimpleConditionEvent(item, item.isAnnotatedWith(NullMarked.class), item.getName()));
			}

		};
	}

}
