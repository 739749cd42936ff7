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
			"X_Forwarded_For", "X-Original-Forwarded-For", "X-Proxied-Https", "Via", "Max-Forwards", "CDN-Loop",
			"Early-Data", "Client-Cert", "Client-Cert-Chain", "Surrogate-Capability", "Proxy-Connection",
			"Proxy-Authorization", "WL-Proxy-Client-IP", "Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Real-IP",
			"X-Real-Port", "X-Remote-Addr", "X-Remote-User", "X-Original-Host", "X-Original-URL", "X-Original-URI",
			"X-Original-Method", "X-Rewrite-URL", "X-Scheme", "X-Url-Scheme", "X-Request-Start", "X-Queue-Start",
			"Front-End-Https", "X-SSL-Client-Cert", "Ssl-Client-Verify", "X-Client-Cert", "X-Varnish",
			"X-Envoy-External-Address", "X-Envoy-Original-Path", "X-Envoy-Attempt-Count",
			"X-Envoy-Expected-Rq-Timeout-Ms", "X-Traefik-Router", "X-Kong-Request-Id", "X-ProxyUser-Ip",
			"Fastly-Client-IP", "Fastly-FF", "Fastly-SSL", "CF-Connecting-IP", "CF-Ray", "CF-Visitor", "CF-IPCountry",
			"CF-Worker", "X-CF-Applicationid", "True-Client-IP", "Akamai-Origin-Hop", "X-Akamai-Edgescape",
			"Incap-Client-IP", "Incap-Proxy-443", "X-Sucuri-ClientIP", "X-Sucuri-Country", "CloudFront-Viewer-Address",
			"X-Amz-Cf-Id", "X-Amzn-Oidc-Identity", "X-Azure-ClientIP", "X-Azure-Ref", "X-FD-HealthProbe", "X-ARR-SSL",
			"X-ARR-LOG-ID", "X-AppService-Proto", "X-Site-Deployment-Id", "X-WAWS-Unencoded-URL", "Disguised-Host",
			"X-Appengine-User-IP", "X-Google-Internal-Skipadmincheck", "X-Goog-IAP-JWT-Assertion", "Fly-Client-IP",
			"Fly-Region", "Do-Connecting-IP", "X-Vercel-Id", "X-Vercel-IP-Country", "X-NF-Client-Connection-IP",
			"X-NF-Request-Id", "X-Heroku-Dynos-In-Use" })
	void whenForwardedIsNotLocal(String header) {
		this.request.addHeader(header, "");
		assertThat(LocalRequest.is(this.request)).isFalse();
	}

	/** Of browsers, command line tools, scrapers and tracers. */
	@ParameterizedTest
	@ValueSource(strings = { "X-Request-Id", "Traceparent", "Tracestate", "Baggage", "B3", "X-B3-TraceId",
			"X-Amzn-Trace-Id", "X-Cloud-Trace-Context", "X-Datadog-Trace-Id", "Uber-Trace-Id", "X-Correlation-Id",
			"Accept", "Accept-Language", "Accept-Encoding", "Authorization", "Cookie", "User-Agent", "Connection",
			"DNT", "Sec-GPC", "Sec-Fetch-Mode", "Sec-Fetch-User", "Sec-Ch-Ua-Platform", "Upgrade-Insecure-Requests",
			"Priority", "Purpose", "Pragma", "Cache-Control", "TE", "Range", "If-None-Match", "HTTP2-Settings",
			"Upgrade", "X-Prometheus-Scrape-Timeout-Seconds", "X-Requested-With", "Content-Type", "Expect", "From",
			"Referer", "Host", "Forward", "X-Forward" })
	void otherHeadersDoNotMatter(String header) {
		this.request.addHeader(header, "127.0.0.1");
		assertThat(LocalRequest.is(this.request)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "LocalHost:8080", "app.localhost:8080", "localhost.:8080", "127.0.0.1",
			"127.9.9.9:8080", "[::1]:8080", "[::ffff:127.0.0.1]:8080", "" })
	void whenHostIsLoopbackIsLocal(String host) {
		this.request.addHeader("Host", host);
		assertThat(LocalRequest.is(this.request)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "rebound.example", "rebound.example:8080", "localhost.rebound.example",
			"127.0.0.1.rebound.example", "192.0.2.2", " " })
	void whenHostIsAnotherNameIsNotLocal(String host) {
		this.request.addHeader("Host", host);
		assertThat(LocalRequest.is(this.request)).isFalse();
	}

	@Test
	void whenOneOfTwoHostsIsAnotherNameIsNotLocal() {
		this.request.addHeader("Host", "localhost");
		assertThat(LocalRequest.is(this.request)).isTrue();
		this.request.addHeader("Host", "rebound.example");
		assertThat(LocalRequest.is(this.request)).isFalse();
	}

	/** As with HTTP/2, where a container may keep the name for itself. */
	@Test
	void whenOnlyTheContainerKnowsAnotherNameIsNotLocal() {
		this.request.setServerName("rebound.example");
		assertThat(LocalRequest.is(this.request)).isFalse();
	}

	@Test
	void whenWrapperShowsAnotherHostTheReceivedOneCounts() {
		this.request.addHeader("Host", "rebound.example");
		assertThat(LocalRequest.is(new HttpServletRequestWrapper(this.request) {

			@Override
			public String getServerName() {
				return "localhost";
			}

			@Override
			public Enumeration<String> getHeaders(String name) {
				return Collections.emptyEnumeration();
			}

		})).isFalse();
	}

	@Test
	void lettersAreComparedWithoutLocale() {
		Locale before = Locale.getDefault();
		Locale.setDefault(Locale.forLanguageTag("tr"));
		try {
			assertThat(LocalRequest.isLoopbackHost("APPLICATION.LOCALHOST")).isTrue();
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

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "127.0.0.2", "127.255.255.255", "127.10.200.249", "::1", "0:0:0:0:0:0:0:1",
			"[::1]", "[0:0:0:0:0:0:0:1]", "::ffff:127.0.0.1", "::FFFF:127.0.0.1", "0:0:0:0:0:ffff:127.0.0.1",
			"[::ffff:127.1.2.3]" })
	void loopbackAddresses(String address) {
		assertThat(LocalRequest.isLoopbackAddress(address)).isTrue();
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
	void otherAddresses(@Nullable String address) {
		assertThat(LocalRequest.isLoopbackAddress(address)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "LOCALHOST", "localhost.", "localhost:8080", "localhost.:8080", "localhost:",
			"app.localhost", "a.b-c.d_e.localhost:80", "127.0.0.1", "127.0.0.1.", "127.0.0.1:80",
			"127.255.255.255:65535", "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]:1", "[::ffff:127.0.0.1]",
			"[::FFFF:127.1.2.3]:8080", "[0:0:0:0:0:ffff:127.0.0.1]" })
	void loopbackHosts(String host) {
		assertThat(LocalRequest.isLoopbackHost(host)).isTrue();
	}

	/**
	 * {@code [::ffff:7f00:1]} is how browsers write {@code [::ffff:127.0.0.1]}, and for
	 * it they do not send the site that the request comes from.
	 */
	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { " ", ".", ":80", "localhost..", ".localhost", "..localhost", "a..localhost", "xlocalhost",
			"localhost.example", "localhost.example:80", "example/.localhost", "example,.localhost",
			"example .localhost", "example@localhost", "localhost@example", "localhost:80:80", "localhost:8080x",
			"localhost:123456", "localhost:-1", "localhost,localhost", "localhost\n", "localhost\u0000", " localhost",
			"localhost ", "lo\u0441alhost", "local\u0127ost", "localho\u017ft", "\uff4cocalhost", "localhost\u3002",
			"ip6-localhost", "localhost.localdomain", "localhost%00", "127.1", "2130706433", "0x7f000001", "0177.0.0.1",
			"127.0.0.1..", "127.0.0.1.example", "127.0.0.1.nip.io:8080", "1.0.0.127.in-addr.arpa", "128.0.0.1",
			"0.0.0.0", "10.0.0.1", "[127.0.0.1]", "::1", "[::1", "::1]", "[::1].", "[::1].example", "[::1%lo]", "[::]",
			"[::2]", "[::ffff:10.0.0.1]", "[::ffff:7f00:1]", "[fe80::1]", "[localhost]" })
	void otherHosts(@Nullable String host) {
		assertThat(LocalRequest.isLoopbackHost(host)).isFalse();
	}

	@Test
	void longHostNamesAreHandled() {
		assertThat(LocalRequest.isLoopbackHost("a.".repeat(126) + "localhost")).isTrue();
		assertThat(LocalRequest.isLoopbackHost("a.".repeat(100_000) + "localhost")).isFalse();
		assertThat(LocalRequest.isLoopbackHost("a".repeat(200_000) + ".localhost")).isFalse();
		assertThat(LocalRequest.isLoopbackHost("localhost:" + "0".repeat(200_000))).isFalse();
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
