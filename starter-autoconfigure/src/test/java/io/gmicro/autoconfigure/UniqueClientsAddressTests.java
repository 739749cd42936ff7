package io.gmicro.autoconfigure;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose address is counted, on a real container: a client that makes addresses up is one
 * client.
 */
class UniqueClientsAddressTests {

	private static final int ADDRESSES = 5;

	@ParameterizedTest
	@EnumSource
	void forwardedAddressesAreNotBelieved(Container container) {
		assertThat(count(container, "none")).isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource({ "TOMCAT, native", "JETTY, native", "TOMCAT, framework", "JETTY, framework" })
	void forwardedAddressesCountWhereTheApplicationResolvesThem(Container container, String strategy) {
		assertThat(count(container, strategy)).isEqualTo(ADDRESSES);
	}

	private static double count(Container container, String strategy) {
		try (TestServer server = TestServer.start(container, Empty.class, "gmicro.metrics.enabled=true",
				"gmicro.http.unique-clients.enabled=true", "server.forward-headers-strategy=" + strategy)) {
			for (int request = 0; request < 3 * ADDRESSES; request++) {
				String address = "203.0.113." + request % ADDRESSES;
				assertThat(
						server.send("/nothing", (builder) -> builder.header("X-Forwarded-For", address)).statusCode())
					.isEqualTo(404);
			}
			return server.scrape().sum("http_server_unique_clients");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
