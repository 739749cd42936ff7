package io.gmicro.diagnostics;

import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;

import jakarta.servlet.ServletConnection;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Addresses and headers as no container would send them.
 */
class LocalRequestTests {

	private final MockHttpServletRequest request = new MockHttpServletRequest();

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "127.0.0.2", "127.255.255.255", "127.10.200.249", "::1", "0:0:0:0:0:0:0:1",
			"[::1]", "[0:0:0:0:0:0:0:1]", "::ffff:127.0.0.1", "::FFFF:127.0.0.1", "0:0:0:0:0:ffff:127.0.0.1",
			"[::ffff:127.1.2.3]" })
	void loopback(String address) {
		assertThat(LocalRequest.isLoopback(address)).isTrue();
	}

	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { " ", "localhost", "localhost.", "LOCALHOST", "ip6-localhost", "127", "127.1", "127.0.1",
			"127.0.0.1.", "127.0.0.1.1", "127.0.0.256", "127.0.0.999", "127.0.0.01", "0127.0.0.1", "0177.0.0.1",
			"0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001", "127.0.0.1 ", " 127.0.0.1", "127.0.0.1\n",
			"127.0.0.1\u0000", "127.0.0.1:80", "127.0.0.1%lo", "127.0.0.1, 203.0.113.9", "127.0.0.1.example.org",
			"127.0.0.-1", "127..0.1", "\uff11\uff12\uff17.0.0.1", "\u0661\u0662\u0667.0.0.1", "[127.0.0.1]",
			"[127.0.0.1", "0.0.0.0", "128.0.0.1", "10.0.0.1", "192.168.0.1", "169.254.0.1", "203.0.113.9", "unknown",
			"::", ":::1", "::2", "::01", "1::1", "::1::", "::1%lo", "::1%1", "[::1", "::1]", "[[::1]]", "[::1]:80",
			"[::1%lo]", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:127.1", "::ffff:0127.0.0.1", "::ffff:0:127.0.0.1",
			"64:ff9b::127.0.0.1", "2002:7f00:1::", "fe80::1", "fd00::1", "_hidden" })
	void anythingElse(@Nullable String address) {
		assertThat(LocalRequest.isLoopback(address)).isFalse();
	}

	@Test
	void plainRequestIsLocal() {
		assertThat(LocalRequest.is(this.request)).isTrue();
	}

	@Test
	void whenPeerIsElsewhereIsNotLocal() {
		this.request.setRemoteAddr("203.0.113.9");
		this.request.setRemoteHost("localhost");
		assertThat(LocalRequest.is(this.request)).isFalse();
	}

	@Test
	void whenOtherEndIsNotLoopbackIsNotLocal() {
		this.request.setRemoteAddr("127.0.0.6");
		this.request.setLocalAddr("192.0.2.2");
		assertThat(LocalRequest.is(this.request)).isFalse();
	}

	@Test
	void whenThereIsNoAddressIsNotLocal() {
		MockHttpServletRequest unixSocket = new MockHttpServletRequest() {

			@Override
			@SuppressWarnings("NullAway")
			public String getRemoteAddr() {
				return null;
			}

		};
		assertThat(LocalRequest.is(unixSocket)).isFalse();
	}

	@Test
	void whenHeadersAreHiddenByTheContainerIsNotLocal() {
		MockHttpServletRequest secretive = new MockHttpServletRequest() {

			@Override
			@SuppressWarnings("NullAway")
			public Enumeration<String> getHeaderNames() {
				return null;
			}

		};
		assertThat(LocalRequest.is(secretive)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Forwarded", "fOrWaRdEd", "X-Forwarded", "X-Forwarded-Anything", "x-forwarded-for",
			"X-Original-Forwarded-For", "X-Proxied-Https", "Via" })
	void whenForwardedIsNotLocal(String header) {
		this.request.addHeader(header, "");
		assertThat(LocalRequest.is(this.request)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "X-Request-Id", "Traceparent", "Host", "Forward", "X-Forward" })
	void otherHeadersDoNotMatter(String header) {
		this.request.addHeader(header, "127.0.0.1");
		assertThat(LocalRequest.is(this.request)).isTrue();
	}

	@Test
	void lettersAreComparedWithoutLocale() {
		Locale before = Locale.getDefault();
		Locale.setDefault(Locale.forLanguageTag("tr"));
		try {
			this.request.addHeader("X-REAL-IP", "203.0.113.9");
			assertThat(LocalRequest.is(this.request)).isFalse();
		}
		finally {
			Locale.setDefault(before);
		}
	}

	@Test
	void whenWrappersHideWhatWasReceivedIsNotLocal() {
		this.request.setRemoteAddr("203.0.113.9");
		this.request.addHeader("X-Forwarded-For", "127.0.0.1");
		assertThat(LocalRequest.is(rewriting(rewriting(this.request, "10.0.0.1"), "127.0.0.1"))).isFalse();
		this.request.setRemoteAddr("127.0.0.1");
		assertThat(LocalRequest.is(rewriting(this.request, "127.0.0.1"))).isFalse();
	}

	@Test
	void whenWrapperShowsAnotherAddressIsNotLocal() {
		assertThat(LocalRequest.is(rewriting(this.request, "127.0.0.1"))).isTrue();
		assertThat(LocalRequest.is(rewriting(this.request, "127.0.0.2"))).isFalse();
	}

	@Test
	void whenValveMarkedAnUnknownKindOfRequestIsNotLocal() {
		this.request.setAttribute("org.apache.tomcat.request.forwarded", Boolean.TRUE);
		assertThat(LocalRequest.is(this.request)).isFalse();
	}

	@Test
	void whenProxySpeaksAjpIsNotLocal() {
		MockHttpServletRequest ajp = new MockHttpServletRequest() {

			@Override
			public ServletConnection getServletConnection() {
				ServletConnection http = super.getServletConnection();
				return new ServletConnection() {

					@Override
					public String getConnectionId() {
						return http.getConnectionId();
					}

					@Override
					public String getProtocol() {
						return "ajp";
					}

					@Override
					public String getProtocolConnectionId() {
						return http.getProtocolConnectionId();
					}

					@Override
					public boolean isSecure() {
						return http.isSecure();
					}

				};
			}

		};
		assertThat(LocalRequest.is(ajp)).isFalse();
	}

	private static HttpServletRequest rewriting(HttpServletRequest request, String remoteAddr) {
		return new HttpServletRequestWrapper(request) {

			@Override
			public String getRemoteAddr() {
				return remoteAddr;
			}

			@Override
			public Enumeration<String> getHeaderNames() {
				return Collections.emptyEnumeration();
			}

		};
	}

}
