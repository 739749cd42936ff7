package io.gmicro.http;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;

import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * Answers in every way there is, behind Spring Security.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
@Import({ KindsApplication.Plain.class, KindsApplication.Asynchronous.class, KindsApplication.Events.class,
		KindsApplication.Upgrades.class })
class KindsApplication {

	static final String[] PROPERTIES = { "gmicro.metrics.enabled=true", "server.http2.enabled=true",
			"spring.web.resources.static-locations=classpath:/io/gmicro/console/" };

	static final long TIMEOUT_MILLIS = 100;

	static final String USER = "Basic "
			+ Base64.getEncoder().encodeToString("user:password".getBytes(StandardCharsets.UTF_8));

	/** More than any buffer holds, and no two parts of it alike. */
	static final String LARGE = large();

	private static String large() {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < 30_000; i++) {
			text.append(i).append(" Grüße ");
		}
		return text.toString();
	}

	@Bean
	SecurityFilterChain security(HttpSecurity http) {
		return http
			.authorizeHttpRequests((requests) -> requests.requestMatchers("/private/**")
				.authenticated()
				.requestMatchers("/admin/**")
				.hasRole("ADMIN")
				.anyRequest()
				.permitAll())
			.csrf((csrf) -> csrf.disable())
			.httpBasic(Customizer.withDefaults())
			.build();
	}

	@Bean
	static UserDetailsService users() {
		return new InMemoryUserDetailsManager(
				User.withUsername("user").password("{noop}password").roles("USER").build());
	}

	/** As Spring Boot registers it. */
	@Bean
	static DelegatingFilterProxyRegistrationBean securityRegistration() {
		DelegatingFilterProxyRegistrationBean registration = new DelegatingFilterProxyRegistrationBean(
				"springSecurityFilterChain");
		registration.setOrder(-100);
		registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
		return registration;
	}

	@Bean
	RouterFunction<ServerResponse> functions() {
		return RouterFunctions.route()
			.GET("/fn/events", (request) -> ServerResponse.sse((sse) -> CompletableFuture.runAsync(() -> {
				try {
					sse.send("one");
					sse.complete();
				}
				catch (IOException ex) {
					sse.error(ex);
				}
			})))
			.GET("/fn/{id}", (request) -> ServerResponse.ok().body(request.pathVariable("id")))
			.GET("/fn/{id}/fails", (request) -> {
				throw new IllegalStateException("planned");
			})
			.build();
	}

	/** Answers on the thread that a request came in on. */
	@RestController
	static class Plain {

		@GetMapping("/text")
		String text() {
			return "text";
		}

		@GetMapping({ "/private/{id}", "/admin/{id}" })
		String item(@PathVariable("id") String id) {
			return id;
		}

		@GetMapping("/redirect")
		ResponseEntity<Void> redirect() {
			return ResponseEntity.status(HttpStatus.FOUND).location(URI.create("/text")).build();
		}

		@GetMapping("/large")
		void large(HttpServletResponse response) throws IOException {
			response.setContentType("text/plain;charset=utf-8");
			response.getWriter().write(LARGE);
		}

		@GetMapping("/forward")
		void forward(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
			request.getRequestDispatcher("/large").forward(request, response);
		}

		@GetMapping("/include")
		void include(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
			request.getRequestDispatcher("/text").include(request, response);
		}

		@PostMapping("/upload")
		String upload(@RequestParam("file") MultipartFile file) {
			return Long.toString(file.getSize());
		}

		@PostMapping("/echo")
		String echo(@RequestBody String body) {
			return body;
		}

		@GetMapping("/endless")
		void endless(HttpServletResponse response) throws IOException {
			byte[] block = new byte[1 << 16];
			for (int i = 0; i < 100_000; i++) {
				response.getOutputStream().write(block);
			}
		}

		@GetMapping("/teapot")
		void teapot(HttpServletResponse response) throws IOException {
			response.sendError(418);
		}

		@GetMapping("/fails")
		String fails() {
			throw new IllegalStateException("planned");
		}

		@GetMapping("/fails/committed")
		void failsCommitted(HttpServletResponse response) throws IOException {
			response.getOutputStream().print("begun");
			response.flushBuffer();
			throw new IllegalStateException("planned");
		}

		@GetMapping("/overflow")
		@SuppressWarnings("InfiniteRecursion")
		String overflow() {
			return overflow();
		}

		@GetMapping("/exhausted")
		String exhausted() {
			throw new OutOfMemoryError("planned");
		}

	}

	/** Answers after the thread that a request came in on was given back. */
	@RestController
	static class Asynchronous {

		@GetMapping("/callable")
		Callable<String> callable() {
			return () -> "callable";
		}

		@GetMapping("/callable/fails")
		Callable<String> failingCallable() {
			return () -> {
				throw new IllegalStateException("planned");
			};
		}

		@GetMapping("/future")
		CompletableFuture<String> future() {
			return CompletableFuture.supplyAsync(() -> "future");
		}

		@GetMapping("/future/fails")
		CompletableFuture<String> failingFuture() {
			return CompletableFuture.failedFuture(new IllegalStateException("planned"));
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred() {
			DeferredResult<String> result = new DeferredResult<>();
			CompletableFuture.runAsync(() -> result.setResult("deferred"));
			return result;
		}

		@GetMapping("/deferred/fails")
		DeferredResult<String> failingDeferred() {
			DeferredResult<String> result = new DeferredResult<>();
			CompletableFuture.runAsync(() -> result.setErrorResult(new IllegalStateException("planned")));
			return result;
		}

		@GetMapping("/deferred/timeout")
		DeferredResult<String> timeout() {
			return new DeferredResult<>(TIMEOUT_MILLIS);
		}

		@GetMapping("/deferred/never")
		DeferredResult<String> never() {
			return new DeferredResult<>(5 * TIMEOUT_MILLIS);
		}

		@GetMapping("/async/twice")
		void twice(HttpServletRequest request, HttpServletResponse response) throws IOException {
			if (request.getDispatcherType() == DispatcherType.REQUEST) {
				request.startAsync().dispatch();
			}
			else {
				request.startAsync();
				response.getOutputStream().print("twice");
				request.getAsyncContext().complete();
			}
		}

		@GetMapping("/async/dispatched")
		void dispatched(HttpServletRequest request) {
			request.startAsync().dispatch("/callable");
		}

		@GetMapping("/async/fails")
		void fails(HttpServletRequest request) {
			request.startAsync();
			throw new IllegalStateException("planned");
		}

		@GetMapping("/async/refused")
		void refused(HttpServletRequest request) {
			AsyncContext context = request.startAsync();
			context.start(() -> {
				try {
					((HttpServletResponse) context.getResponse()).sendError(409);
					context.complete();
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			});
		}

		/** Nobody completes it and nobody listens: the container's own answer. */
		@GetMapping("/async/timeout")
		void asyncTimeout(HttpServletRequest request) {
			request.startAsync().setTimeout(TIMEOUT_MILLIS);
		}

		@GetMapping("/stream")
		StreamingResponseBody stream() {
			return (out) -> out.write(LARGE.getBytes(StandardCharsets.UTF_8));
		}

		@GetMapping("/stream/fails")
		StreamingResponseBody failingStream() {
			return (out) -> {
				out.write(LARGE.getBytes(StandardCharsets.UTF_8));
				out.flush();
				throw new IllegalStateException("planned");
			};
		}

		@GetMapping("/lines")
		ResponseEntity<StreamingResponseBody> lines() {
			return ResponseEntity.ok()
				.contentType(MediaType.parseMediaType("application/x-ndjson"))
				.body((out) -> out.write("{}\n".getBytes(StandardCharsets.US_ASCII)));
		}

		@GetMapping("/download")
		ResponseEntity<StreamingResponseBody> download() {
			return ResponseEntity.ok().contentType(MediaType.APPLICATION_OCTET_STREAM).body((out) -> out.write(1));
		}

	}

	/** Server-sent events. */
	@RestController
	static class Events {

		private static final int ENDLESS = 10_000;

		private final Semaphore goOn = new Semaphore(0);

		void goOn() {
			this.goOn.release();
		}

		@GetMapping("/events")
		SseEmitter events() throws IOException {
			SseEmitter emitter = new SseEmitter();
			emitter.send("one");
			emitter.complete();
			return emitter;
		}

		@GetMapping("/events/held")
		SseEmitter held() {
			return held(1);
		}

		/** Ends when its client has gone. */
		@GetMapping("/events/endless")
		SseEmitter endless() {
			return held(ENDLESS);
		}

		private SseEmitter held(int events) {
			SseEmitter emitter = new SseEmitter();
			// A thread of its own, since one that writes to a client that has gone may be
			// long in noticing
			Thread sender = new Thread(() -> {
				try {
					emitter.send("begun");
					this.goOn.acquire();
					for (int i = 0; i < events; i++) {
						emitter.send(LARGE);
					}
					emitter.complete();
				}
				catch (IOException | InterruptedException ex) {
					emitter.completeWithError(ex);
				}
			}, "events");
			sender.setDaemon(true);
			sender.start();
			return emitter;
		}

	}

	/** Leaves HTTP. */
	@RestController
	static class Upgrades {

		@GetMapping("/upgrade")
		void upgrade(HttpServletRequest request, HttpServletResponse response) throws Exception {
			response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
			response.setHeader("Upgrade", "echo");
			response.setHeader("Connection", "Upgrade");
			request.upgrade(Upgraded.class);
		}

		@GetMapping("/socket")
		void socket(HttpServletRequest request, HttpServletResponse response) throws Exception {
			ServerContainer container = (ServerContainer) request.getServletContext()
				.getAttribute(ServerContainer.class.getName());
			container.upgradeHttpToWebSocket(request, response,
					ServerEndpointConfig.Builder.create(Echo.class, "/socket").build(), Map.of());
		}

	}

	/** Ends the connection it was given. */
	public static final class Upgraded implements HttpUpgradeHandler {

		@Override
		public void init(WebConnection connection) {
			try {
				connection.close();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void destroy() {
		}

	}

	/** Sends back what it receives. */
	public static final class Echo extends Endpoint {

		@Override
		public void onOpen(Session session, EndpointConfig config) {
			session.addMessageHandler(String.class,
					(MessageHandler.Whole<String>) (text) -> session.getAsyncRemote().sendText(text));
		}

	}

}
