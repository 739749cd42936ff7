package io.gmicro;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
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

	@ArchTest
	static final ArchRule onlyAutoconfigureKnowsSpringBoot = noClasses().that()
		.resideOutsideOfPackage("io.gmicro.autoconfigure")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.boot..");

	@ArchTest
	static final ArchRule featuresDoNotKnowTheirWiring = noClasses().that()
		.resideOutsideOfPackage("io.gmicro.autoconfigure")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.gmicro.autoconfigure");

	@ArchTest
	static final ArchRule packagesAreFreeOfCycles = slices().matching("io.gmicro.(*)..").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule httpAndScrapeDoNotKnowEachOther = noClasses().that()
		.resideInAPackage("io.gmicro.http")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.gmicro.scrape");

	@ArchTest
	static final ArchRule scrapeKnowsNoHttpMeasurement = noClasses().that()
		.resideInAPackage("io.gmicro.scrape")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.gmicro.http", "org.springframework.web..");

	@ArchTest
	static final ArchRule diagnosticsKnowOnlyTheServletApi = classes().that()
		.resideInAPackage("io.gmicro.diagnostics")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.gmicro.diagnostics", "jakarta.servlet..", "java..", "org.jspecify.annotations");

	@ArchTest
	static final ArchRule pprofKnowsNeitherSpringNorMicrometer = classes().that()
		.resideInAPackage("io.gmicro.pprof")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.gmicro.pprof", "io.gmicro.diagnostics", "java..", "jdk.jfr..", "com.sun.management..",
				"javax.management..", "jakarta.servlet..", "one..", "org.jspecify..");

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
	static final ArchRule onlyRepositoryPathsKnowSpringData = noClasses().that()
		.doNotHaveFullyQualifiedName("io.gmicro.route.RepositoryPaths")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.data..");

	/** It may be missing. */
	@ArchTest
	static final ArchRule inHttpOnlyTheNamesOfGinKnowPrometheus = noClasses().that()
		.resideInAPackage("io.gmicro.http")
		.and()
		.haveSimpleNameNotStartingWith("Gin")
		.and()
		.areTopLevelClasses()
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.prometheus..");

	@ArchTest
	static final ArchRule grpcKnowsNeitherSpringNorServlets = noClasses().that()
		.resideInAPackage("io.gmicro.grpc")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework..", "jakarta.servlet..", "io.gmicro.http");

	@ArchTest
	static final ArchRule onlyGrpcAndItsWiringKnowGrpc = noClasses().that()
		.resideOutsideOfPackages("io.gmicro.grpc", "io.gmicro.autoconfigure")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.grpc..");

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

	@ArchTest
	static final ArchRule inflightKnowsNeitherHttpNorGrpc = classes().that()
		.resideInAPackage("io.gmicro.inflight")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.gmicro.inflight", "io.micrometer.core.instrument", "java..", "org.jspecify..");

	@ArchTest
	static final ArchRule customKnowsOnlyMicrometer = classes().that()
		.resideInAPackage("io.gmicro.custom")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.gmicro.custom", "io.gmicro.overflow", "io.micrometer.core.instrument",
				"org.apache.commons.logging", "java..", "org.jspecify..");

	@ArchTest
	static final ArchRule sloKnowsOnlyItsWriter = classes().that()
		.resideInAPackage("io.gmicro.slo")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.gmicro.slo", "org.yaml.snakeyaml", "java..", "org.jspecify..");

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
			public Iterable<JavaPackage> doTransform(com.tngtech.archunit.core.domain.JavaClasses classes) {
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
