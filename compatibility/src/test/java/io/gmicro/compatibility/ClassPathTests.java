package io.gmicro.compatibility;

import java.lang.management.ManagementFactory;

import javax.management.ObjectName;

import io.gmicro.http.ExchangeFilter;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootVersion;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The other tests test what they say they test.
 */
class ClassPathTests {

	private static final String PREFIX = "gmicro.compatibility.";

	@Test
	void codeIsThatOfThePackagedJar() {
		assertThat(ExchangeFilter.class.getProtectionDomain().getCodeSource().getLocation().getPath())
			.matches(".*/gmicro-spring-boot-autoconfigure-[^/]+\\.jar");
	}

	@Test
	void springBootIsOfTheLineUnderTest() {
		assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty(PREFIX + "spring-boot"));
	}

	@Test
	void containerIsTheOneUnderTest() {
		try (RunningApplication application = RunningApplication.start()) {
			assertThat(application.servletContext().getServerInfo())
				.containsIgnoringCase(System.getProperty(PREFIX + "container"));
		}
	}

	/** Not even a class of ours that could be loaded without it. */
	@Test
	void withoutGrpcNothingOfItIsLoaded() throws Exception {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED)) {
			assertThat(application.get("/metrics").statusCode()).isEqualTo(200);
			String classes = (String) ManagementFactory.getPlatformMBeanServer()
				.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "vmClassHierarchy",
						new Object[] { new String[0] }, new String[] { String[].class.getName() });
			assertThat(classes).contains(ExchangeFilter.class.getName()).doesNotContain("io.gmicro.grpc.", "io.grpc.");
		}
	}

	@Test
	void whatMustNotBeThereIsMissing() {
		assertThat(StringUtils.commaDelimitedListToStringArray(System.getProperty(PREFIX + "missing"))).isNotEmpty()
			.noneMatch((type) -> ClassUtils.isPresent(type, getClass().getClassLoader()));
	}

}
