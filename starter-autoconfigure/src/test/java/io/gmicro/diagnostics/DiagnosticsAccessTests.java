package io.gmicro.diagnostics;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The access rule on real containers, in front of servlets that would tell everything.
 */
class DiagnosticsAccessTests {

	private static final String OPENED = "opened";

	private static final String LOCAL = "/debug/local/";

	private static final String TOKEN = "a-token_of.the~test-0123456789";

	private static final String BEARER = "Authorization: Bearer " + TOKEN;

	private static final String REFUSED = "gmicro.diagnostics.access=local allows only requests with the token set as "
			+ "gmicro.diagnostics.token (?token=... or Authorization: Bearer ...), from this host to localhost, through "
			+ "no proxy. A link from another site is refused: open the address in a new tab\n";

	private static final String ROLE = "OPERATOR";

	private static final String ROLE_REFUSED = "gmicro.diagnostics.access=authenticated allows only authenticated users "
			+ "with the role of gmicro.diagnostics.role. A link from another site is refused: open the address in a new "
			+ "tab\n";

	private static final String NATIVE = "server.forward-headers-strategy=native";

	private static final String FRAMEWORK = "server.forward-headers-strategy=framework";

	/** There the strategy is native by default. */
	private static final String KUBERNETES = "spring.main.cloud-platform=kubernetes";

	@Nested
	class OnTomcat extends OnContainer {

		OnTomcat() {
			super(Container.TOMCAT);
		}

	}

	@Nested
	class OnTomcatWithNativeStrategy extends OnContainer {

		OnTomcatWithNativeStrategy() {
			super(Container.TOMCAT, NATIVE);
		}

	}

	@Nested
	class OnTomcatWithFrameworkStrategy extends OnContainer {

		OnTomcatWithFrameworkStrategy() {
			super(Container.TOMCAT, FRAMEWORK);
		}

	}

	@Nested
	class OnJetty extends OnContainer {

		OnJetty() {
			super(Container.JETTY);
		}

	}

	@Nested
	class OnJettyWithNativeStrategy extends OnContainer {

		OnJettyWithNativeStrategy() {
			super(Container.JETTY, NATIVE);
		}

	}

	@Nested
	class OnJettyWithFrameworkStrategy extends OnContainer {

		OnJettyWithFrameworkStrategy() {
			super(Container.JETTY, FRAMEWORK);
		}

	}

	@TestInstance(TestInstance.Lifecycle.PER_CLASS)
	abstract static class OnContainer {

		private final Container container;

		private final String[] properties;

		private TestServer server;

		@SuppressWarnings("NullAway.Init")
		OnContainer(Container container, String... properties) {
			this.container = container;
			this.properties = properties;
		}

		@BeforeAll
		void start() {
			this.server = TestServer.start(this.container, Application.class, this.properties);
		}

		@AfterAll
		void stop() {
			this.server.close();
		}

		@Test
		void localOpensToLoopback() {
			for (int request = 0; request < 3; request++) {
				HttpResponse<String> response = send(LOCAL);
				assertThat(response.statusCode()).isEqualTo(200);
				assertThat(response.body()).isEqualTo(OPENED);
			}
		}

		@Test
		void refusalIsOneLine() {
			HttpResponse<String> response = send(LOCAL + "secret-path?secret-query", "X-Forwarded-For", "203.0.113.9",
					"X-Other", "secret-header");
			assertRefused(response, REFUSED);
		}

		@ParameterizedTest
		@CsvSource(delimiter = '|', textBlock = """
				X-Forwarded-For          | 127.0.0.1
				X-Forwarded-For          | ::1
				X-Forwarded-For          | [::1]
				X-Forwarded-For          | 0:0:0:0:0:0:0:1
				X-Forwarded-For          | ::ffff:127.0.0.1
				X-Forwarded-For          | localhost
				X-Forwarded-For          | 127.0.0.1:80
				X-Forwarded-For          | 127.0.0.1, 127.0.0.1
				X-Forwarded-For          | 127.0.0.1, 203.0.113.9
				X-Forwarded-For          | 203.0.113.9, 127.0.0.1
				X-Forwarded-For          | 203.0.113.9
				x-forwarded-for          | 127.0.0.1
				X-FORWARDED-FOR          | 127.0.0.1
				X-Forwarded-Proto        | http
				X-Forwarded-Host         | localhost
				X-Forwarded-Port         | 80
				X-Forwarded-Prefix       | /
				X-Forwarded-Server       | localhost
				X-Forwarded-By           | 127.0.0.1
				X-Forwarded-Ssl          | on
				Forwarded                | for=127.0.0.1
				Forwarded                | for="[::1]";host=localhost;proto=http
				forwarded                | for=203.0.113.9
				X-Real-IP                | 127.0.0.1
				X-Client-IP              | 127.0.0.1
				X-Cluster-Client-IP      | 127.0.0.1
				True-Client-IP           | 127.0.0.1
				CF-Connecting-IP         | 127.0.0.1
				Via                      | 1.1 proxy
				""")
		void localIsClosedToWhatWasForwarded(String header, String value) {
			assertRefused(send(LOCAL, header, value), REFUSED);
		}

		@ParameterizedTest
		@ValueSource(strings = { "localhost", "localhost:8080", "LOCALHOST", "localhost.", "app.localhost:8080",
				"127.0.0.1", "127.9.9.9:1", "[::1]:8080", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]:8080" })
		void localOpensToLoopbackNames(String host) throws IOException {
			assertThat(head("GET " + LOCAL + " HTTP/1.1\r\nHost: " + host)).startsWith("HTTP/1.1 200").contains(OPENED);
		}

		@Test
		void localOpensToWhoNamesNoHost() throws IOException {
			assertThat(head("GET " + LOCAL + " HTTP/1.0")).contains(" 200 ", OPENED);
			String answer = head("GET " + LOCAL + " HTTP/1.1\r\nHost:");
			assertThat(answer).containsAnyOf(OPENED, "Blank Host").doesNotContain(REFUSED);
		}

		@ParameterizedTest
		@ValueSource(strings = { "rebound.example", "rebound.example:8080", "localhost.rebound.example",
				"127.0.0.1.rebound.example:8080", "2130706433", "127.1", "192.0.2.2", "[::ffff:7f00:1]", "[fe80::1]" })
		void localIsClosedToReboundNames(String host) throws IOException {
			assertThat(head("GET " + LOCAL + " HTTP/1.1\r\nHost: " + host)).startsWith("HTTP/1.1 403")
				.endsWith(REFUSED);
		}

		@ParameterizedTest
		@ValueSource(strings = { "Host: localhost\r\nHost: rebound.example", "Host: rebound.example\r\nHost: localhost",
				"Host: localhost, rebound.example", "Host: rebound.example/.localhost",
				"Host: rebound.example,.localhost", "Host: rebound.example\\.localhost",
				"Host: rebound.example#.localhost", "Host: localhost@rebound.example",
				"Host:\r\nHost: rebound.example" })
		void hostTricksOpenNothing(String hosts) throws IOException {
			assertThat(head("GET " + LOCAL + " HTTP/1.1\r\n" + hosts)).matches("(?s)HTTP/1\\.1 (400|403) .*")
				.doesNotContain(OPENED);
		}

		@Test
		void hostOfTheRequestLineCountsAsWell() throws IOException {
			for (String hosts : List.of("http://rebound.example" + LOCAL + " HTTP/1.1\r\nHost: localhost",
					"http://localhost" + LOCAL + " HTTP/1.1\r\nHost: rebound.example",
					"http://rebound.example" + LOCAL + " HTTP/1.1\r\nHost: rebound.example",
					"http://rebound.example" + LOCAL + " HTTP/1.0")) {
				assertThat(head("GET " + hosts)).matches("(?s)HTTP/1\\.[01] (400|403) .*").doesNotContain(OPENED);
			}
			assertThat(head("GET http://localhost" + LOCAL + " HTTP/1.1\r\nHost: localhost")).contains(OPENED);
		}

		@ParameterizedTest
		@ValueSource(strings = { "none", "same-origin" })
		void localOpensToBrowserOfThisHost(String site) {
			assertThat(send(LOCAL, "Sec-Fetch-Site", site).body()).isEqualTo(OPENED);
			assertThat(send(LOCAL, "Origin", "http://127.0.0.1:" + this.server.port()).body()).isEqualTo(OPENED);
		}

		@ParameterizedTest
		@CsvSource({ "Sec-Fetch-Site, cross-site", "Sec-Fetch-Site, same-site", "sec-fetch-site, cross-site",
				"Origin, https://foreign.example", "Origin, http://localhost:1", "Origin, null" })
		void pagesOfOtherSitesOpenNothing(String header, String value) {
			assertRefused(send(LOCAL, header, value), REFUSED);
			assertRefused(send("/debug/authenticated/", header, value, "Test-User", "somebody", "Test-Role", ROLE),
					ROLE_REFUSED);
			HttpResponse<String> unrestricted = send("/debug/unrestricted/", header, value);
			assertThat(unrestricted.statusCode()).isEqualTo(403);
			assertThat(unrestricted.body()).startsWith("gmicro.diagnostics.access=unrestricted").hasLineCount(1);
		}

		@Test
		void headerWithoutAddressCloses() throws IOException {
			assertThat(raw(LOCAL, "X-Forwarded-For: ,")).matches("(?s)HTTP/1\\.1 (400|403) .*").doesNotContain(OPENED);
			assertThat(raw(LOCAL, "X-Forwarded-For:")).startsWith("HTTP/1.1 403");
			assertThat(raw(LOCAL, "X-Forwarded-For: \r\nX-Forwarded-For: 127.0.0.1")).startsWith("HTTP/1.1 403");
		}

		@ParameterizedTest
		@ValueSource(strings = { "/debug/local", "/debug/local/", "/debug/local/a", "//debug/local/", "/debug//local/",
				"/debug/local//", "/DEBUG/LOCAL/", "/Debug/Local", "/debug/local/..;/", "/debug/local/..;/local/",
				"/debug/local/../local/", "/debug/local/%2e%2e/local/", "/x/../debug/local/", "/x/..;/debug/local/",
				"/debug/local;x=1/", "/debug;/local;/", "/;/debug/local/", "/debug/local/.", "/./debug/local/",
				"/debug/%6cocal/", "/%64ebug/local/", "/debug%2flocal/", "/debug%2Flocal", "/debug/local%2f",
				"/debug/local%2f..%2flocal/", "/debug%252flocal/", "/debug/local/%00", "/debug\\local/",
				"/debug/local/?x=/debug/unrestricted/", "/debug/unrestricted/..;/local/",
				"/debug/unrestricted/../local/", "/debug/unrestricted/%2e%2e/local/", "http://localhost/debug/local/",
				"http://localhost//debug/local/", "/debug/local/#" })
		void pathTricksOpenNothing(String path) throws IOException {
			for (String header : List.of("X-Forwarded-For: 127.0.0.1", "X-Forwarded-Prefix: /debug/unrestricted",
					"X-Forwarded-Host: localhost\r\nX-Forwarded-For: 203.0.113.9")) {
				assertThat(raw(path, header)).matches("(?s)HTTP/1\\.1 (400|403|404) .*").doesNotContain(OPENED);
			}
		}

		@ParameterizedTest
		@ValueSource(strings = { "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "MADEUP" })
		void methodsOpenNothing(String method) {
			HttpResponse<String> response = this.server.send(LOCAL,
					(request) -> request.method(method, BodyPublishers.noBody())
						.header("Authorization", "Bearer " + TOKEN)
						.header("X-Forwarded-For", "127.0.0.1"));
			assertThat(response.statusCode()).isBetween(400, 499);
			assertThat(response.body()).doesNotContain(OPENED);
		}

		@Test
		void whenForwardedByTheApplicationIsDecidedAlike() {
			assertThat(send("/debug/forward/").body()).isEqualTo(OPENED);
			assertRefused(send("/debug/forward/", "X-Forwarded-For", "127.0.0.1"), REFUSED);
			assertRefused(this.server.get("/debug/forward/"), REFUSED);
		}

		@Test
		void authenticatedOpensToUsersWithTheRoleOnly() {
			String path = "/debug/authenticated/";
			assertRefused(this.server.get(path), ROLE_REFUSED);
			assertRefused(send(path), ROLE_REFUSED);
			assertRefused(send(path, "Test-User", "customer"), ROLE_REFUSED);
			assertRefused(send(path, "Test-User", "customer", "Test-Role", "CUSTOMER"), ROLE_REFUSED);
			assertRefused(send(path, "Test-Role", ROLE), ROLE_REFUSED);
			HttpResponse<String> response = send(path, "Test-User", "operator", "Test-Role", ROLE, "X-Forwarded-For",
					"203.0.113.9", "Sec-Fetch-Site", "none");
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).isEqualTo(OPENED);
		}

		@Test
		void localIsClosedToForwardedPrincipal() {
			assertRefused(send(LOCAL, "Test-User", "operator", "Test-Role", ROLE, "X-Forwarded-For", "127.0.0.1"),
					REFUSED);
		}

		@Test
		void unrestrictedOpensToEveryClient() {
			for (String site : List.of("none", "same-origin")) {
				HttpResponse<String> response = this.server.send("/debug/unrestricted/",
						(request) -> request.header("X-Forwarded-For", "203.0.113.9").header("Sec-Fetch-Site", site));
				assertThat(response.statusCode()).isEqualTo(200);
				assertThat(response.body()).isEqualTo(OPENED);
			}
			assertThat(this.server.get("/debug/unrestricted/").body()).isEqualTo(OPENED);
		}

		@Test
		void localIsClosedWithoutTheToken() {
			assertRefused(this.server.get(LOCAL), REFUSED);
			for (String query : List.of("?token=", "?token", "?token=" + TOKEN.substring(1), "?token=" + TOKEN + "0",
					"?token=" + TOKEN.toUpperCase(Locale.ROOT), "?Token=" + TOKEN, "?xtoken=" + TOKEN, "?" + TOKEN,
					"?x=token=" + TOKEN, "?token=%00" + TOKEN)) {
				assertRefused(this.server.get(LOCAL + query), REFUSED);
			}
			for (String value : List.of(TOKEN, "Basic " + TOKEN, "Bearer", "Bearer ", "Bearer x" + TOKEN,
					"Bearer " + TOKEN + ", Bearer x", "Bearer: " + TOKEN)) {
				assertRefused(this.server.send(LOCAL, (request) -> request.header("Authorization", value)), REFUSED);
			}
			for (String name : List.of("token", "gmicro", "gmicro-" + this.server.port())) {
				assertRefused(this.server.send(LOCAL, (request) -> request.header("Cookie", name + "=" + TOKEN)),
						REFUSED);
			}
		}

		@Test
		void localOpensWithTheToken() throws IOException {
			for (String query : List.of("?token=" + TOKEN, "?seconds=1&token=" + TOKEN, "?token=" + TOKEN + "&x=%zz",
					"?token=wrong&token=" + TOKEN)) {
				assertThat(exchange(connect(), "GET " + LOCAL + query + " HTTP/1.1\r\nHost: localhost")).as(query)
					.containsAnyOf(OPENED, " 400 ");
			}
			assertThat(this.server.get(LOCAL + "?token=" + TOKEN + "&seconds=5").body()).isEqualTo(OPENED);
			for (String scheme : List.of("Bearer ", "bearer ", "BEARER  ")) {
				assertThat(this.server.send(LOCAL, (request) -> request.header("Authorization", scheme + TOKEN)).body())
					.isEqualTo(OPENED);
			}
		}

		@Test
		void cookieOpensUntilTheBrowserIsClosed() {
			HttpResponse<String> opened = this.server.get(LOCAL + "?token=" + TOKEN);
			String cookie = opened.headers().firstValue("Set-Cookie").orElseThrow();
			assertThat(cookie).startsWith("gmicro-" + this.server.port() + "=")
				.contains("; Path=/debug; HttpOnly; SameSite=Strict")
				.doesNotContain(TOKEN, "Expires", "Max-Age", "Domain", "Secure");
			String pair = cookie.substring(0, cookie.indexOf(';'));
			HttpResponse<String> later = this.server.send(LOCAL,
					(request) -> request.header("Cookie", "other=1; " + pair));
			assertThat(later.body()).isEqualTo(OPENED);
			assertThat(later.headers().firstValue("Set-Cookie")).isEmpty();
			for (String wrong : List.of(pair.replace("gmicro-", "gmicro-1"), pair + "0",
					pair.substring(0, pair.length() - 1))) {
				assertRefused(this.server.send(LOCAL, (request) -> request.header("Cookie", wrong)), REFUSED);
			}
			assertThat(send(LOCAL).headers().firstValue("Set-Cookie")).isEmpty();
			assertThat(this.server.get(LOCAL + "?token=wrong").headers().firstValue("Set-Cookie")).isEmpty();
			HttpResponse<String> crossSite = this.server.send(LOCAL,
					(request) -> request.header("Cookie", pair).header("Sec-Fetch-Site", "same-site"));
			assertRefused(crossSite, REFUSED);
		}

		/** As through {@code ssh -L 9999:localhost:8080}. */
		@Test
		void cookieBelongsToThePortOfTheBrowser() throws IOException {
			String answer = exchange(connect(),
					"GET " + LOCAL + "?token=" + TOKEN + " HTTP/1.1\r\nHost: localhost:9999");
			assertThat(answer).contains(OPENED).containsPattern("(?i)set-cookie: gmicro-9999=");
		}

		@Test
		void bodyOfFormIsLeftToTheServlet() throws IOException {
			String form = "token=wrong&x=1";
			String head = " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
					+ "Content-Length: " + form.length();
			assertThat(post("POST /debug/body/?token=" + TOKEN + head, form)).contains("read " + form);
			assertThat(post("POST /debug/body/?x" + head + "\r\n" + BEARER, form)).contains("read " + form);
			assertThat(post("POST " + LOCAL + "?x" + head, "token=" + TOKEN)).contains(" 403 ");
		}

		private String post(String head, String body) throws IOException {
			try (Socket socket = connect()) {
				socket.getOutputStream()
					.write((head + "\r\nConnection: close\r\n\r\n" + body).getBytes(StandardCharsets.ISO_8859_1));
				return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			}
		}

		private Socket connect() throws IOException {
			return new Socket(InetAddress.getLoopbackAddress(), this.server.port());
		}

		private HttpResponse<String> send(String path, String... headers) {
			return DiagnosticsAccessTests.send(this.server, path, headers);
		}

		/** Sends a request line as it is, which an HTTP client would correct. */
		private String raw(String target, String header) throws IOException {
			return exchange(connect(), target, header);
		}

		/**
		 * Sends a request line and header lines of which {@code Host} is none but theirs.
		 */
		private String head(String head) throws IOException {
			return exchange(connect(), head + "\r\n" + BEARER);
		}

		private static void assertRefused(HttpResponse<String> response, String line) {
			assertThat(response.statusCode()).isEqualTo(403);
			assertThat(response.body()).isEqualTo(line);
			assertThat(response.headers().firstValue("Content-Type").orElse("none"))
				.isEqualToIgnoringCase("text/plain;charset=utf-8");
			assertThat(response.headers().allValues("Cache-Control")).containsExactly("no-store");
			assertThat(response.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
			assertThat(response.headers().toString()).doesNotContain("secret");
		}

	}

	@ParameterizedTest
	@EnumSource
	void onKubernetesLocalOpensToLoopbackOnly(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, KUBERNETES)) {
			assertThat(send(server, LOCAL).body()).isEqualTo(OPENED);
			assertThat(send(server, LOCAL, "X-Forwarded-For", "127.0.0.1").body()).isEqualTo(REFUSED);
		}
	}

	@Test
	void whenHeaderHasAnotherNameValveIsNoticed() {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class,
				"server.tomcat.remoteip.remote-ip-header=X-Own-Address")) {
			assertThat(send(server, LOCAL).body()).isEqualTo(OPENED);
			assertThat(send(server, LOCAL, "X-Own-Address", "127.0.0.1").body()).isEqualTo(REFUSED);
		}
	}

	@ParameterizedTest
	@EnumSource
	void socketAddressDecides(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, OnEveryInterface.class)) {
			InetAddress ipv4 = InetAddress.getByName("127.0.0.1");
			assertThat(from(ipv4, ipv4, server)).contains(OPENED);
			assertThat(from(InetAddress.getByName("127.9.9.9"), ipv4, server)).contains(OPENED);
			InetAddress ipv6 = InetAddress.getByName("::1");
			if (NetworkInterface.getByInetAddress(ipv6) != null) {
				assertThat(from(ipv6, ipv6, server)).contains(OPENED);
			}
			Optional<InetAddress> outer = outerAddress();
			assumeThat(outer).as("no interface but loopback").isPresent();
			assertThat(from(outer.orElseThrow(), outer.orElseThrow(), server)).contains(REFUSED);
			assertThat(from(ipv4, outer.orElseThrow(), server)).contains(REFUSED);
			assertThat(from(outer.orElseThrow(), ipv4, server)).contains(REFUSED);
		}
	}

	private static Optional<InetAddress> outerAddress() throws IOException {
		return NetworkInterface.networkInterfaces()
			.flatMap(NetworkInterface::inetAddresses)
			.filter((address) -> !address.isLoopbackAddress() && !(address instanceof Inet6Address))
			.findFirst();
	}

	private static String from(InetAddress source, InetAddress target, TestServer server) throws IOException {
		Socket socket = new Socket();
		socket.bind(new InetSocketAddress(source, 0));
		socket.connect(new InetSocketAddress(target, server.port()));
		return exchange(socket, LOCAL, "Accept: */*");
	}

	private static HttpResponse<String> send(TestServer server, String path, String... headers) {
		return server.send(path, (request) -> {
			request.header("Authorization", "Bearer " + TOKEN);
			if (headers.length > 0) {
				request.headers(headers);
			}
		});
	}

	private static String exchange(Socket connected, String target, String header) throws IOException {
		return exchange(connected, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + BEARER + "\r\n" + header);
	}

	private static String exchange(Socket connected, String head) throws IOException {
		try (Socket socket = connected) {
			socket.getOutputStream()
				.write((head + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		ServletRegistrationBean<HttpServlet> local() {
			return servlet("local", AccessRule.local(AccessToken.of(TOKEN, "/debug")));
		}

		@Bean
		ServletRegistrationBean<HttpServlet> authenticated() {
			return servlet("authenticated", AccessRule.authenticated(ROLE));
		}

		@Bean
		ServletRegistrationBean<HttpServlet> unrestricted() {
			return servlet("unrestricted", AccessRule.unrestricted());
		}

		@Bean
		ServletRegistrationBean<HttpServlet> body() {
			AccessRule access = AccessRule.local(AccessToken.of(TOKEN, "/debug"));
			HttpServlet servlet = new HttpServlet() {

				@Override
				protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
					if (access.check(request, response)) {
						response.getOutputStream().print("read ");
						request.getInputStream().transferTo(response.getOutputStream());
					}
				}

			};
			return registration(servlet, "body");
		}

		@Bean
		ServletRegistrationBean<HttpServlet> forward() {
			HttpServlet servlet = new HttpServlet() {

				@Override
				protected void service(HttpServletRequest request, HttpServletResponse response)
						throws ServletException, IOException {
					request.getRequestDispatcher(LOCAL).forward(request, response);
				}

			};
			return registration(servlet, "forward");
		}

		@Bean
		Filter authentication() {
			return (request, response, chain) -> {
				String user = ((HttpServletRequest) request).getHeader("Test-User");
				chain.doFilter(new Authenticated((HttpServletRequest) request, user), response);
			};
		}

		private static ServletRegistrationBean<HttpServlet> servlet(String name, AccessRule access) {
			HttpServlet servlet = new HttpServlet() {

				@Override
				protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
					if (access.check(request, response)) {
						response.getOutputStream().print(OPENED);
					}
				}

			};
			return registration(servlet, name);
		}

		private static ServletRegistrationBean<HttpServlet> registration(HttpServlet servlet, String name) {
			ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(servlet,
					"/debug/" + name + "/*");
			registration.setName(name);
			return registration;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OnEveryInterface extends Application {

		@Bean
		WebServerFactoryCustomizer<ConfigurableWebServerFactory> everyInterface() {
			return (factory) -> factory.setAddress(null);
		}

	}

	private static final class Authenticated extends HttpServletRequestWrapper {

		private final @Nullable String user;

		private Authenticated(HttpServletRequest request, @Nullable String user) {
			super(request);
			this.user = user;
		}

		@Override
		public @Nullable Principal getUserPrincipal() {
			return (this.user != null) ? () -> this.user : null;
		}

		@Override
		public boolean isUserInRole(String role) {
			return role.equals(getHeader("Test-Role"));
		}

	}

}
