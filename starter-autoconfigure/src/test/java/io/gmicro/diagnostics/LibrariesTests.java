package io.gmicro.diagnostics;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose code it is.
 */
class LibrariesTests {

	@ParameterizedTest
	@ValueSource(strings = { "java.lang.Thread", "java.lang.Thread.run", "jdk.internal.misc.Unsafe.park",
			"jakarta.servlet.http.HttpServlet", "org.springframework.web.servlet.DispatcherServlet.doService",
			"org.apache.catalina.core.StandardWrapperValve", "org.eclipse.jetty.server.Server",
			"com.example.OrderRepository$$SpringCGLIB$$0", "com.example.Orders$$Lambda.run" })
	void libraries(String name) {
		assertThat(Libraries.contain(name)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "com.example.OrderRepository", "com.example.OrderRepository$Row.read", "javassist.Loader",
			"orders.Main.main", "Main", "", "[jvm]" })
	void applications(String name) {
		assertThat(Libraries.contain(name)).isFalse();
	}

}
