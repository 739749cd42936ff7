package io.gmicro.autoconfigure;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.slow.SlowRequests;
import io.gmicro.testing.TestServer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which packages are the application's.
 */
class OwnCodeTests {

	@Test
	void packagesOfAutoConfigurationAndThoseThatTheApplicationScans() {
		new ApplicationContextRunner().withUserConfiguration(Application.class).run((context) -> {
			OwnCode own = SlowRequestsAutoConfiguration.ownCode(context);
			assertThat(own.contains(OwnCodeTests.class.getName())).isTrue();
			assertThat(own.contains("io.gmicro.autoconfigure.below.Orders")).isTrue();
			assertThat(own.contains("com.acme.orders.Orders")).isTrue();
			assertThat(own.contains(TestServer.class.getName())).isTrue();
			assertThat(own.contains(SlowRequests.class.getName())).isFalse();
		});
	}

	@Test
	void withoutAnyItIsWhatIsNoLibrary() {
		new ApplicationContextRunner().run((context) -> {
			OwnCode own = SlowRequestsAutoConfiguration.ownCode(context);
			assertThat(own.contains("com.acme.orders.Orders")).isTrue();
			assertThat(own.contains("org.hibernate.Query")).isFalse();
		});
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	@ComponentScan(basePackages = "com.acme.orders", basePackageClasses = TestServer.class, useDefaultFilters = false)
	static class Application {

	}

}
