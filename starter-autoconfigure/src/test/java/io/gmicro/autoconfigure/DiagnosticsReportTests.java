package io.gmicro.autoconfigure;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * What start-up logs about the diagnostics opens them, and nothing else does.
 */
@ExtendWith(OutputCaptureExtension.class)
class DiagnosticsReportTests {

	private static final String[] BOTH = { "gmicro.metrics.enabled=true", "gmicro.pprof.enabled=true",
			"gmicro.http.slow-requests.endpoint.enabled=true" };

	private static final String TOKEN = "a-token-of-the-test";

	private static final Pattern URL = Pattern.compile("https?://[^\\s]+");

	private static final Pattern TOKEN_PARAMETER = Pattern.compile("\\?token=[0-9a-f]{32}");

	@ParameterizedTest
	@EnumSource
	void generatedTokenIsInTheUrlsOfOneLine(Container container, CapturedOutput output) throws Exception {
		try (TestServer server = TestServer.start(container, Empty.class, with("server.servlet.context-path=/shop/"))) {
			List<String> urls = urls(output, "INFO ",
					"Diagnostics for this host only (gmicro.diagnostics.access=local)");
			String base = "http://localhost:" + server.port() + "/shop/debug/";
			assertThat(urls).hasSize(2);
			assertThat(urls.get(0)).startsWith(base + "pprof/?token=");
			assertThat(urls.get(1)).startsWith(base + "requests?token=");
			for (String url : urls) {
				assertThat(status(url)).isEqualTo(200);
				assertThat(status(TOKEN_PARAMETER.matcher(url).replaceFirst(""))).isEqualTo(403);
				assertThat(get(url).headers().firstValue("Set-Cookie").orElseThrow()).contains("; Path=/shop/debug;");
			}
			assertThat(status(urls.get(0).replaceFirst("pprof/", "pprof"))).isEqualTo(301);
			assertThat(get(urls.get(0).replaceFirst("pprof/", "pprof")).headers().firstValue("Location").orElseThrow())
				.matches("pprof/\\?token=[0-9a-f]{32}");
			assertThat(get(urls.get(0)).body()).contains(
					"go tool pprof " + urls.get(0).replace("?", "allocs?").replaceFirst("(http.*)", "&#39;$1&#39;"));
			assertThat(TOKEN_PARAMETER.matcher(output).results().map(MatchResult::group).distinct()).hasSize(1);
			assertThat(TOKEN_PARAMETER.matcher(output).results()).hasSize(2);
		}
	}

	@Test
	void eachStartHasAnotherToken(CapturedOutput output) {
		for (int start = 0; start < 2; start++) {
			TestServer.start(Container.TOMCAT, Empty.class, "gmicro.pprof.enabled=true").close();
		}
		assertThat(TOKEN_PARAMETER.matcher(output).results().map(MatchResult::group).distinct()).hasSize(2);
	}

	@ParameterizedTest
	@EnumSource
	void tokenOfTheUserIsNotLogged(Container container, CapturedOutput output) throws Exception {
		try (TestServer server = TestServer.start(container, Empty.class,
				with("gmicro.diagnostics.token=" + TOKEN, "debug=true"))) {
			List<String> urls = urls(output, "INFO ",
					"Diagnostics for this host only (gmicro.diagnostics.access=local), with the token set as "
							+ "gmicro.diagnostics.token");
			assertThat(urls).containsExactly("http://localhost:" + server.port() + "/debug/pprof/",
					"http://localhost:" + server.port() + "/debug/requests");
			for (String url : urls) {
				assertThat(status(url)).isEqualTo(403);
				assertThat(status(url + "?token=" + TOKEN)).isEqualTo(200);
			}
			assertThat(output).doesNotContain(TOKEN);
		}
	}

	@ParameterizedTest
	@EnumSource
	void managementPortNeedsTheTokenAsWell(Container container, CapturedOutput output) throws Exception {
		try (TestServer server = TestServer.start(container, Empty.class, with("management.server.port=0",
				"management.server.address=127.0.0.1", "management.server.base-path=adm/"))) {
			String port = server.context().getEnvironment().getRequiredProperty("local.management.port");
			for (String url : urls(output, "INFO ", "Diagnostics for this host only")) {
				assertThat(url).startsWith("http://localhost:" + port + "/adm/debug/");
				assertThat(status(url)).isEqualTo(200);
				assertThat(status(TOKEN_PARAMETER.matcher(url).replaceFirst(""))).isEqualTo(403);
				assertThat(get(url).headers().firstValue("Set-Cookie").orElseThrow()).contains("; Path=/adm/debug;");
			}
		}
	}

	@Test
	void cookieCoversPagesElsewhere(CapturedOutput output) throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class,
				with("gmicro.pprof.path=/profiles", "server.servlet.context-path=/shop"))) {
			assertThat(server.port()).isPositive();
			for (String url : urls(output, "INFO ", "Diagnostics for this host only")) {
				assertThat(get(url).headers().firstValue("Set-Cookie").orElseThrow()).contains("; Path=/shop/;");
			}
		}
	}

	@Test
	void whenOnlyOneIsOnOnlyThatIsLogged(CapturedOutput output) {
		TestServer
			.start(Container.TOMCAT, Empty.class, "gmicro.metrics.enabled=true",
					"gmicro.http.slow-requests.endpoint.enabled=true")
			.close();
		assertThat(urls(output, "INFO ", "Diagnostics for this host only")).hasSize(1)
			.allMatch((url) -> url.contains("/debug/requests?token="));
	}

	@Test
	void whenNoneIsOnNothingIsLogged(CapturedOutput output) {
		TestServer.start(Container.TOMCAT, Empty.class, "gmicro.metrics.enabled=true").close();
		assertThat(output).doesNotContain("Diagnostics", "token=");
	}

	@Test
	void whenServerHasNoLoopbackAddressWarns(CapturedOutput output) throws Exception {
		Optional<InetAddress> outer = NetworkInterface.networkInterfaces()
			.flatMap(NetworkInterface::inetAddresses)
			.filter((address) -> address instanceof Inet4Address && !address.isLoopbackAddress())
			.findFirst();
		assumeThat(outer).as("no interface but loopback").isPresent();
		String address = outer.orElseThrow().getHostAddress();
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class,
				with("management.server.port=0", "management.server.address=" + address))) {
			assertThat(server.port()).isPositive();
			for (String url : urls(output, "WARN ", "No client can open the diagnostics")) {
				assertThat(url).startsWith("http://" + address + ":").doesNotContain("token");
			}
		}
	}

	@Test
	void otherModesLogWhoMayOpen(CapturedOutput output) throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class,
				with("gmicro.diagnostics.access=authenticated", "gmicro.diagnostics.role=OPERATOR"))) {
			assertThat(server.get("/debug/pprof/").body()).startsWith("gmicro.diagnostics.access=authenticated");
			assertThat(server.get("/debug/requests").statusCode()).isEqualTo(403);
			assertThat(urls(output, "INFO ", "Diagnostics for users with the role OPERATOR")).hasSize(2);
		}
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class,
				with("gmicro.diagnostics.access=unrestricted"))) {
			for (String path : List.of("/debug/pprof/", "/debug/requests")) {
				assertThat(server.send(path, (request) -> request.header("X-Forwarded-For", "192.0.2.1")).statusCode())
					.isEqualTo(200);
			}
			assertThat(urls(output, "WARN ", "Diagnostics for all clients")).hasSize(2);
		}
		assertThat(output).doesNotContain("token=");
	}

	private static List<String> urls(CapturedOutput output, String level, String start) {
		List<String> lines = output.getOut()
			.lines()
			.filter((line) -> line.contains(start) && line.contains(level))
			.toList();
		assertThat(lines).as(output.getOut()).hasSize(1);
		Matcher matcher = URL.matcher(lines.get(0));
		return matcher.results().map(MatchResult::group).toList();
	}

	private static String[] with(String... more) {
		String[] properties = Arrays.copyOf(BOTH, BOTH.length + more.length);
		System.arraycopy(more, 0, properties, BOTH.length, more.length);
		return properties;
	}

	private static int status(String url) throws Exception {
		return get(url).statusCode();
	}

	private static HttpResponse<String> get(String url) throws Exception {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
