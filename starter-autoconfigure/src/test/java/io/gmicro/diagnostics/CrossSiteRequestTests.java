package io.gmicro.diagnostics;

import java.util.Collections;
import java.util.Enumeration;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What browsers say about the page behind a request.
 */
class CrossSiteRequestTests {

	private final MockHttpServletRequest request = new MockHttpServletRequest();

	@Test
	void whenClientIsNoBrowserNoPageIsBehind() {
		assertThat(CrossSiteRequest.is(this.request)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "none", "same-origin" })
	void whenBrowserComesFromNowhereElseNoPageIsBehind(String site) {
		this.request.addHeader("Sec-Fetch-Site", site);
		assertThat(CrossSiteRequest.is(this.request)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "cross-site", "same-site", "Cross-Site", "made-up", "none, cross-site", "" })
	void whenBrowserComesFromAnotherSiteItsPageIsBehind(String site) {
		this.request.addHeader("Sec-Fetch-Site", site);
		assertThat(CrossSiteRequest.is(this.request)).isTrue();
	}

	@Test
	void whenOneOfTwoSitesIsAnotherItsPageIsBehind() {
		this.request.addHeader("Sec-Fetch-Site", "none");
		this.request.addHeader("Sec-Fetch-Site", "cross-site");
		assertThat(CrossSiteRequest.is(this.request)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "localhost, 8080, http://localhost:8080", "localhost, 80, http://localhost",
			"shop.example, 443, https://shop.example", "shop.example, 80, https://shop.example",
			"Shop.Example, 8443, https://shop.example:8443", "127.0.0.1, 8080, http://127.0.0.1:8080",
			"[::1], 8080, http://[::1]:8080", "::1, 8080, http://[::1]:8080" })
	void whenOriginIsTheServersNoPageIsBehind(String name, int port, String origin) {
		this.request.setServerName(name);
		this.request.setServerPort(port);
		this.request.addHeader("Origin", origin);
		assertThat(CrossSiteRequest.is(this.request)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://rebound.example", "https://localhost.rebound.example:8080", "null", "localhost",
			"http://localhost", "http://localhost:3000", "http://127.0.0.1:8080", "file://localhost",
			"http://http://localhost:8080", "http://localhost:8080/", "http://localhost:8080, http://localhost:8080",
			"chrome-extension://localhost:8080", "http://", "http:localhost:8080", "http://[", "//localhost:8080", "" })
	void whenOriginIsElsewhereItsPageIsBehind(String origin) {
		this.request.setServerPort(8080);
		this.request.addHeader("Origin", origin);
		assertThat(CrossSiteRequest.is(this.request)).isTrue();
	}

	@Test
	void whenWrapperHidesHeadersTheReceivedOnesCount() {
		this.request.addHeader("Sec-Fetch-Site", "cross-site");
		assertThat(CrossSiteRequest.is(new HttpServletRequestWrapper(this.request) {

			@Override
			public Enumeration<String> getHeaders(String name) {
				return Collections.emptyEnumeration();
			}

		})).isTrue();
	}

	/** As Spring's filter does it for {@code X-Forwarded-Host}. */
	@Test
	void whenWrapperShowsTheProxysNameItIsTheOrigin() {
		this.request.addHeader("Origin", "https://shop.example");
		assertThat(CrossSiteRequest.is(this.request)).isTrue();
		assertThat(CrossSiteRequest.is(forwarded(this.request))).isFalse();
	}

	private static HttpServletRequest forwarded(HttpServletRequest request) {
		return new HttpServletRequestWrapper(request) {

			@Override
			public String getServerName() {
				return "shop.example";
			}

			@Override
			public int getServerPort() {
				return 443;
			}

		};
	}

}
