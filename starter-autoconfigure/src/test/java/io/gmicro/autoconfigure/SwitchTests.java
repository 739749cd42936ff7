package io.gmicro.autoconfigure;

import java.util.Map;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The one property a user sets, on a real container: without it nothing of ours is there.
 */
class SwitchTests {

	private static final String PACKAGE = "io.gmicro.";

	private static final String METER = "gmicro.overflow";

	private static final String REQUEST_METER = "http.server.request.duration";

	@ParameterizedTest
	@EnumSource
	void whenEnabledFilterServletAndMetersExist(Container container) {
		try (TestServer server = TestServer.start(container, Empty.class, "gmicro.metrics.enabled=true")) {
			assertThat(server.get("/nothing").statusCode()).isEqualTo(404);
			assertThat(server.get("/metrics").statusCode()).isEqualTo(200);
			assertThat(filters(server)).anyMatch((filter) -> filter.getClassName().startsWith(PACKAGE));
			assertThat(servlets(server)).anyMatch((servlet) -> servlet.getClassName().startsWith(PACKAGE));
			MeterRegistry registry = server.context().getBean(MeterRegistry.class);
			assertThat(registry.find(METER).meters()).isNotEmpty();
			assertThat(registry.find(REQUEST_METER).meters()).isNotEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenNothingIsSetNothingOfOursExists(Container container) {
		try (TestServer server = TestServer.start(container, Empty.class)) {
			assertThat(server.get("/nothing").statusCode()).isEqualTo(404);
			assertThat(server.get("/metrics").statusCode()).isEqualTo(404);
			assertThat(filters(server)).noneMatch((filter) -> filter.getClassName().startsWith(PACKAGE));
			assertThat(servlets(server)).noneMatch((servlet) -> servlet.getClassName().startsWith(PACKAGE));
			MeterRegistry registry = server.context().getBean(MeterRegistry.class);
			assertThat(registry.find(METER).meters()).isEmpty();
			assertThat(registry.find(REQUEST_METER).meters()).isEmpty();
			assertThat(Thread.getAllStackTraces()).noneSatisfy((thread, stack) -> assertThat(stack).anyMatch(
					(frame) -> frame.getClassName().startsWith(PACKAGE) && !frame.getClassName().contains("Test")));
		}
	}

	private static Iterable<? extends FilterRegistration> filters(TestServer server) {
		Map<String, ? extends FilterRegistration> filters = servletContext(server).getFilterRegistrations();
		return filters.values();
	}

	private static Iterable<? extends ServletRegistration> servlets(TestServer server) {
		Map<String, ? extends ServletRegistration> servlets = servletContext(server).getServletRegistrations();
		return servlets.values();
	}

	private static ServletContext servletContext(TestServer server) {
		return server.context().getBean(ServletContext.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
