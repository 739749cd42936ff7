package io.gmicro.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.web.error.ErrorPage;
import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.support.ErrorPageFilter;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import org.springframework.web.util.ContentCachingResponseWrapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is recorded is the status that was sent, and the size of the body that was sent
 * with it, whatever answers after the filter chain has returned.
 */
class SentStatusTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	/** How a request fails, and what the error page makes of it. */
	private static final List<String> FAILURES = List.of("/failing/sent?status=404&page=",
			"/failing/sent?status=500&page=", "/failing/sent?status=599&page=", "/failing/thrown?page=",
			"/failing/thrown/late?page=", "/failing/filtered/thrown?page=", "/failing/filtered/sent?page=",
			"/failing/callable?page=", "/failing/callable/sent?page=", "/failing/callable/conflict?page=",
			"/failing/async/dispatched?page=", "/failing/deferred/timeout?page=", "/failing/deferred?page=",
			"/failing/async/sent?page=", "/failing/async/thrown?page=", "/failing/stream?page=", "/missing?page=",
			"/failing/sent/thrown?page=");

	/** Jetty forgets one that expires before its thread has noted it down. */
	private static final long TIMEOUT_MILLIS = 200;

	private static final List<String> PAGES = List.of("plain", "ok", "empty", "redirect", "throws", "refuses", "reset",
			"large");

	@ParameterizedTest
	@EnumSource
	void errorPageDecidesTheStatus(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, Pages.class, ENABLED)) {
			Answers answers = new Answers(server);
			for (String failure : FAILURES) {
				for (String page : PAGES) {
					answers.send("GET", failure + page);
				}
			}
			for (String method : List.of("HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PURGE")) {
				for (String page : PAGES) {
					answers.send(method, "/failing/filtered/sent?page=" + page);
				}
			}
			answers.verify(container == Container.TOMCAT);
		}
	}

	@ParameterizedTest
	@EnumSource
	void containerAnswersWithoutAnErrorPage(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, WithoutPages.class, ENABLED)) {
			Answers answers = new Answers(server);
			for (String failure : FAILURES) {
				answers.send("GET", failure + "none");
			}
			answers.send("HEAD", "/failing/filtered/sent?page=none");
			answers.send("DELETE", "/failing/filtered/sent?page=none");
			answers.verify(container == Container.TOMCAT);
		}
	}

	@ParameterizedTest
	@EnumSource
	void securityDecidesTheStatusOfTheErrorPage(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, Secured.class, ENABLED)) {
			Answers answers = new Answers(server);
			answers.send("GET", "/failing/missing");
			answers.send("GET", "/failing/open");
			answers.send("GET", "/closed");
			answers.send("GET", "/failing;/open");

			assertThat(answers.statuses).isEqualTo(Map.of("GET 401", 4));
			answers.verify(false);
		}
	}

	@ParameterizedTest
	@EnumSource
	void filtersOutsideDecideTheStatus(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, FiltersOutside.class, ENABLED)) {
			Answers answers = new Answers(server);
			answers.send("GET", "/failing/thrown?page=plain", "Outside: catching");
			answers.send("GET", "/failing/text", "Outside: buffering");
			answers.send("GET", "/failing/sent?status=404&page=plain", "Outside: buffering");
			answers.send("GET", "/failing/callable/text", "Outside: buffering");
			String etag = RawClient.answer(server, "GET", "/failing/text", "Outside: tagging")
				.lines()
				.filter((line) -> line.startsWith("ETag: "))
				.findFirst()
				.orElseThrow()
				.substring("ETag: ".length());
			answers.count("GET", RawClient.answer(server, "GET", "/failing/text", "Outside: tagging"));
			answers.send("GET", "/failing/text", "Outside: tagging", "If-None-Match: " + etag);
			assertThat(answers.statuses).isEqualTo(Map.of("GET 422", 1, "GET 200", 3, "GET 404", 1, "GET 304", 1));
			answers.count("GET", "HTTP/1.1 200 OK\r\n\r\ntext");
			answers.verify(false);
		}
	}

	/** A WAR has no access to the error pages of its container. */
	@ParameterizedTest
	@EnumSource
	void filterForErrorPagesOfAWarDecidesTheStatus(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, War.class, ENABLED)) {
			Answers answers = new Answers(server);
			for (String page : List.of("plain", "ok", "redirect")) {
				for (String failure : List.of("/failing/sent?status=404&page=", "/failing/thrown?page=",
						"/failing/callable/conflict?page=", "/missing?page=")) {
					answers.send("GET", failure + page);
				}
			}
			answers.verify(false);
			Map<String, Double> recorded = Recorded.of(server.scrape(), "http_server_responses_total");
			assertThat(recorded).containsEntry("GET NOT_FOUND 404", 1.0).containsEntry("GET /failing/thrown 200", 1.0);
			assertThat(recorded.keySet()).noneMatch((series) -> series.contains("/error"));
		}
	}

	/** What the client saw. */
	private static final class Answers {

		private final Map<String, Integer> statuses = new TreeMap<>();

		private final TestServer server;

		private long bytes;

		Answers(TestServer server) {
			this.server = server;
		}

		void send(String method, String target, String... headers) throws IOException {
			count(method, RawClient.answer(this.server, method, target, headers));
		}

		void count(String method, String answer) {
			assertThat(answer).startsWith("HTTP/1.1 ");
			String label = method.equals("PURGE") ? Exchange.OTHER : method;
			this.statuses.merge(label + " " + answer.substring(9, 12), 1, Integer::sum);
			String head = answer.substring(0, answer.indexOf("\r\n\r\n"));
			String body = answer.substring(head.length() + 4);
			this.bytes += (head.contains("chunked") ? unchunked(body) : body)
				.getBytes(StandardCharsets.ISO_8859_1).length;
		}

		private static String unchunked(String body) {
			StringBuilder text = new StringBuilder();
			int start = 0;
			int length = 1;
			while (length > 0 && start < body.length()) {
				int end = body.indexOf("\r\n", start);
				length = Integer.parseInt(body.substring(start, end), 16);
				text.append(body, end + 2, end + 2 + length);
				start = end + 2 + length + 2;
			}
			return text.toString();
		}

		void verify(boolean containersPages) {
			Awaitility.await().untilAsserted(() -> {
				Samples samples = this.server.scrape();
				Map<String, Integer> recorded = new TreeMap<>();
				Recorded.of(samples, "http_server_responses_total")
					.forEach((series, count) -> recorded.merge(series.replaceAll(" .* ", " "), count.intValue(),
							Integer::sum));
				assertThat(recorded).isEqualTo(this.statuses);
				assertThat(samples.sum("http_server_active_requests")).isZero();
				assertThat(samples.sum("gmicro_observer_errors_total")).isZero();
				double total = this.statuses.values().stream().mapToInt(Integer::intValue).sum();
				assertThat(samples.sum("http_server_request_duration_seconds_count")).isEqualTo(total);
				if (!containersPages) {
					assertThat(samples.sum("http_server_response_body_size_bytes_sum")).isEqualTo(this.bytes);
					assertThat(samples.sum("http_server_response_body_size_bytes_count")).isEqualTo(total);
				}
			});
		}

	}

	/** Fails in every way there is before the response is committed. */
	@RestController
	@RequestMapping("/failing")
	static class Failures {

		@GetMapping("/text")
		String text() {
			return "text";
		}

		@RequestMapping("/sent")
		void sent(@RequestParam("status") int status, HttpServletResponse response) throws IOException {
			response.sendError(status);
		}

		@GetMapping("/sent/thrown")
		void sentThenThrown(HttpServletResponse response) throws IOException {
			response.sendError(409);
			throw new IllegalStateException("planned");
		}

		@GetMapping("/thrown")
		void thrown() {
			throw new IllegalStateException("planned");
		}

		@GetMapping("/thrown/late")
		void thrownLate(HttpServletResponse response) throws IOException {
			response.setStatus(202);
			throw new IOException("planned");
		}

		@GetMapping("/callable/text")
		Callable<String> later() {
			return () -> "text";
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return () -> {
				throw new IllegalStateException("planned");
			};
		}

		@GetMapping("/callable/sent")
		Callable<Void> callableSent(HttpServletResponse response) {
			Thread container = Thread.currentThread();
			return () -> {
				awaitIdle(container);
				response.sendError(404);
				return null;
			};
		}

		/**
		 * Tomcat may write the error page on the thread that started asynchronous
		 * processing, while another one is about to complete it, and then never does.
		 */
		private static void awaitIdle(Thread container) {
			// It may be idle already and do this
			if (container == Thread.currentThread()) {
				return;
			}
			Awaitility.await()
				.pollInterval(Duration.ofMillis(1))
				.until(() -> Stream.of(container.getStackTrace())
					.noneMatch((frame) -> frame.getClassName().startsWith("org.apache.catalina.")));
		}

		@GetMapping("/callable/conflict")
		Callable<String> callableConflict() {
			return () -> {
				throw new ResponseStatusException(HttpStatus.CONFLICT);
			};
		}

		@GetMapping("/async/dispatched")
		void dispatched(HttpServletRequest request, @RequestParam("page") String page) {
			request.startAsync().dispatch("/failing/sent?status=404&page=" + page);
		}

		@GetMapping("/deferred/timeout")
		DeferredResult<String> timeout() {
			return new DeferredResult<>(TIMEOUT_MILLIS);
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred() {
			DeferredResult<String> result = new DeferredResult<>();
			result.setErrorResult(new IllegalStateException("planned"));
			return result;
		}

		@GetMapping("/async/sent")
		void asyncSent(HttpServletRequest request) {
			AsyncContext context = request.startAsync();
			Thread container = Thread.currentThread();
			context.start(() -> {
				awaitIdle(container);
				try {
					((HttpServletResponse) context.getResponse()).sendError(409);
					context.complete();
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			});
		}

		@GetMapping("/async/thrown")
		void asyncThrown(HttpServletRequest request) {
			request.startAsync();
			throw new IllegalStateException("planned");
		}

		@GetMapping("/stream")
		StreamingResponseBody stream() {
			return (out) -> {
				throw new IllegalStateException("planned");
			};
		}

		@GetMapping("/open")
		String openThrown() {
			throw new IllegalStateException("planned");
		}

	}

	/** Answers as the request asks it to. */
	@RestController
	static class Page implements ErrorController {

		@RequestMapping("/error")
		@Nullable ResponseEntity<String> page(HttpServletRequest request, HttpServletResponse response,
				@RequestParam(name = "page", defaultValue = "plain") String page) throws IOException {
			int status = (Integer) request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
			return switch (page) {
				case "ok" -> ResponseEntity.ok("the single page");
				case "empty" -> ResponseEntity.noContent().build();
				case "redirect" -> ResponseEntity.status(302).header("Location", "/text").build();
				case "throws" -> throw new IllegalStateException("planned");
				case "refuses" -> {
					response.sendError(401);
					yield null;
				}
				case "reset" -> {
					response.reset();
					yield ResponseEntity.status(201).body("begun anew");
				}
				case "large" -> ResponseEntity.status(status).body("large ".repeat(50_000));
				default -> ResponseEntity.status(status).body("failed");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Filters {

		@Bean
		FilterRegistrationBean<Filter> answering() {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
				String path = ((HttpServletRequest) request).getRequestURI();
				if (path.endsWith("/thrown")) {
					throw new ServletException("planned");
				}
				((HttpServletResponse) response).sendError(403);
			});
			registration.addUrlPatterns("/failing/filtered/*");
			return registration;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Failures.class, Page.class, Filters.class })
	static class Pages {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Failures.class, Filters.class, WithoutPage.class })
	static class WithoutPages {

	}

	@Configuration(proxyBeanMethods = false)
	static class WithoutPage {

		/** Takes the page that Spring Boot registers away. */
		@Bean
		static BeanDefinitionRegistryPostProcessor removal() {
			return (registry) -> {
				for (String name : registry.getBeanDefinitionNames()) {
					if (name.equals("errorPageCustomizer")) {
						registry.removeBeanDefinition(name);
					}
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	@Import(Failures.class)
	static class Secured {

		@Bean
		static DelegatingFilterProxyRegistrationBean securityRegistration() {
			return KindsApplication.securityRegistration();
		}

		@Bean
		SecurityFilterChain security(HttpSecurity http) {
			return http
				.authorizeHttpRequests((requests) -> requests.requestMatchers("/failing/**", "/metrics")
					.permitAll()
					.anyRequest()
					.authenticated())
				.httpBasic((basic) -> {
				})
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Failures.class, Page.class, WithoutPage.class })
	static class War {

		@Bean
		FilterRegistrationBean<ErrorPageFilter> errorPageFilter() {
			ErrorPageFilter filter = new ErrorPageFilter();
			filter.addErrorPages(new ErrorPage("/error"));
			FilterRegistrationBean<ErrorPageFilter> registration = new FilterRegistrationBean<>(filter);
			registration.setOrder(filter.getOrder());
			registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.FORWARD, DispatcherType.ASYNC);
			return registration;
		}

	}

	/** At the very front, as many applications have them. */
	@Configuration(proxyBeanMethods = false)
	@Import({ Failures.class, Page.class, Filters.class })
	static class FiltersOutside {

		@Bean
		FilterRegistrationBean<Filter> outside() {
			ShallowEtagHeaderFilter tagging = new ShallowEtagHeaderFilter();
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
				String outside = ((HttpServletRequest) request).getHeader("Outside");
				if ("tagging".equals(outside)) {
					tagging.doFilter(request, response, chain);
				}
				else if ("buffering".equals(outside)) {
					ContentCachingResponseWrapper caching = new ContentCachingResponseWrapper(
							(HttpServletResponse) response);
					try {
						chain.doFilter(request, caching);
					}
					finally {
						if (!request.isAsyncStarted()) {
							caching.copyBodyToResponse();
						}
					}
				}
				else if ("catching".equals(outside)) {
					try {
						chain.doFilter(request, response);
					}
					catch (ServletException ex) {
						((HttpServletResponse) response).setStatus(422);
					}
				}
				else {
					chain.doFilter(request, response);
				}
			});
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
			return registration;
		}

	}

}
