package io.gmicro.diagnostics;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which code is the application's own.
 */
class OwnCodeTests {

	private final OwnCode own = new OwnCode(List.of("shop", "com.acme.orders"));

	@ParameterizedTest
	@ValueSource(strings = { "shop.Reports", "shop.web.ReportController", "shop.Reports$Row", "shop.ReportsKt",
			"shop.Reports$build$1", "shop.Reports$build$$inlined$map$1", "com.acme.orders.Orders" })
	void basePackages(String name) {
		assertThat(this.own.contains(name)).isTrue();
		assertThat(this.own.mayContain(name)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "shop.Reports$$SpringCGLIB$$0", "shop.Reports$$EnhancerBySpringCGLIB$$3f2a1b",
			"shop.Order$HibernateProxy$Nq0X3fE2", "shop.Reports$$Lambda$14", "shop.Reports$$Lambda/0x0000000800c8",
			"shop.$Proxy99", "jdk.proxy2.$Proxy87", "shop.Reports$MockitoMock$1", "org.hibernate.Query",
			"com.zaxxer.hikari.pool.HikariPool", "java.lang.Thread", "" })
	void generatedOnesAndLibraries(String name) {
		assertThat(this.own.contains(name)).isFalse();
		assertThat(this.own.mayContain(name)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "shopping.Cart", "com.acme.Util", "org.unknown.Library", "Main" })
	void whatIsNeitherMayBe(String name) {
		assertThat(this.own.contains(name)).isFalse();
		assertThat(this.own.mayContain(name)).isTrue();
	}

	@Test
	void basePackageBelowALibrarysIsTheApplications() {
		OwnCode petclinic = new OwnCode(List.of("org.springframework.samples.petclinic"));
		assertThat(petclinic.contains("org.springframework.samples.petclinic.OwnerController")).isTrue();
		assertThat(petclinic.contains("org.springframework.web.servlet.DispatcherServlet")).isFalse();
	}

	@Test
	void libraryBelowABasePackageIsALibrary() {
		OwnCode wide = new OwnCode(List.of("com", "org"));
		assertThat(wide.contains("com.acme.Orders")).isTrue();
		assertThat(wide.contains("com.zaxxer.hikari.pool.HikariPool")).isFalse();
		assertThat(wide.contains("org.hibernate.Query")).isFalse();
	}

	@Test
	void withoutBasePackagesItIsWhatIsNoLibrary() {
		for (OwnCode unknown : List.of(OwnCode.UNKNOWN, new OwnCode(List.of("")))) {
			assertThat(unknown.contains("Main")).isTrue();
			assertThat(unknown.contains("shop.Reports")).isTrue();
			assertThat(unknown.contains("org.hibernate.Query")).isFalse();
			assertThat(unknown.contains("shop.Reports$$SpringCGLIB$$0")).isFalse();
		}
	}

}
