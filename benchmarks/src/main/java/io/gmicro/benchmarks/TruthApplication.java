package io.gmicro.benchmarks;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.gmicro.http.ExchangeFilter;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.HandlerMapping;

/**
 * A service whose requests consist of phases of known length, and that measures each
 * phase itself.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class TruthApplication {

	static final String ARGUMENT = "truth";

	/** Maximum number of concurrent requests: no request waits for a connection. */
	static final int MAX_AT_ONCE = 64;

	static void serve(String... arguments) {
		Server.run(TruthApplication.class, arguments);
	}

	@Bean
	static Truth truth(@Value("${spring.threads.virtual.enabled}") boolean virtual) {
		return new Truth(virtual);
	}

	@Bean
	static Phases phases(@Value("${truth.database}") String database, @Value("${truth.http}") URI http,
			@Value("${spring.threads.virtual.enabled}") boolean virtual) throws SQLException {
		return new Phases(database, http, virtual);
	}

	/** Directly after the filter of gmicro, so that both see the same requests. */
	@Bean
	static FilterRegistrationBean<Filter> truthFilter(Truth truth,
			@Value("${spring.threads.virtual.enabled}") boolean virtual) {
		FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
			Truth.Clocks start = Truth.Clocks.read(virtual);
			chain.doFilter(request, response);
			Object route = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
			truth.requested(String.valueOf(route), Truth.Clocks.read(virtual).since(start));
		});
		registration.setOrder(ExchangeFilter.DEFAULT_ORDER + 1);
		return registration;
	}

	/**
	 * A route for each kind of phase, and one that has several.
	 */
	@RestController
	static class Routes {

		private final Truth truth;

		private final Phases phases;

		Routes(Truth truth, Phases phases) {
			this.truth = truth;
			this.phases = phases;
		}

		@GetMapping("/truth")
		String truth() {
			return this.truth.text();
		}

		@GetMapping("/mix/{ms}")
		String mix(@PathVariable long ms, @RequestParam long cpuMicros) throws Exception {
			lock("/mix/{ms}", ms);
			sleep("/mix/{ms}", ms);
			database("/mix/{ms}", ms);
			httpClient("/mix/{ms}", ms);
			return this.phases.cpu(cpuMicros);
		}

		@GetMapping("/sleep/{ms}")
		String sleep(@PathVariable long ms) throws Exception {
			return sleep("/sleep/{ms}", ms);
		}

		@GetMapping("/lock/{ms}")
		String lock(@PathVariable long ms) throws Exception {
			return lock("/lock/{ms}", ms);
		}

		@GetMapping("/database/{ms}")
		String database(@PathVariable long ms) throws Exception {
			return database("/database/{ms}", ms);
		}

		@GetMapping("/http_client/{ms}")
		String httpClient(@PathVariable long ms) throws Exception {
			return httpClient("/http_client/{ms}", ms);
		}

		@GetMapping("/cpu/{ms}")
		String cpu(@PathVariable long ms) {
			return this.phases.cpu(TimeUnit.MILLISECONDS.toMicros(ms));
		}

		@GetMapping("/gc/{ms}")
		String gc(@PathVariable long ms) throws Exception {
			sleep("/gc/{ms}", ms);
			this.phases.gc();
			return "ok";
		}

		private String sleep(String route, long ms) throws Exception {
			this.truth.waiting(route, "sleep", () -> Thread.sleep(ms));
			return "ok";
		}

		private String lock(String route, long ms) throws Exception {
			HeldLock lock = this.phases.locks.take();
			this.truth.waiting(route, "lock", () -> lock.acquire(ms));
			return "ok";
		}

		private String database(String route, long ms) throws Exception {
			Connection connection = this.phases.connections.take();
			try {
				this.truth.calling(route, "database", () -> this.phases.database(connection, ms));
			}
			finally {
				this.phases.connections.add(connection);
			}
			return "ok";
		}

		private String httpClient(String route, long ms) throws Exception {
			this.truth.calling(route, "http_client", () -> this.phases.httpClient(ms));
			return "ok";
		}

	}

	/**
	 * What a request can do for a given time.
	 */
	static final class Phases {

		/** Pauses are reported in milliseconds: much longer than one. */
		private static final long MIN_GC_PAUSE = TimeUnit.MILLISECONDS.toNanos(40);

		private static final int BALLAST = 200_000;

		final BlockingQueue<HeldLock> locks = new LinkedBlockingQueue<>();

		final BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();

		private final HttpClient client = HttpClient.newHttpClient();

		private final Queue<Object> ballast = new ConcurrentLinkedQueue<>();

		private final URI http;

		private final boolean virtual;

		Phases(String database, URI http, boolean virtual) throws SQLException {
			this.http = http;
			this.virtual = virtual;
			for (int i = 0; i < MAX_AT_ONCE; i++) {
				this.connections.add(DriverManager.getConnection(database));
				HeldLock.start(i % 2 == 0, this.locks);
			}
		}

		void database(Connection connection, long ms) throws SQLException {
			try (PreparedStatement statement = connection.prepareStatement("select pg_sleep(?)")) {
				statement.setDouble(1, ms / 1e3);
				statement.execute();
			}
		}

		void httpClient(long ms) throws Exception {
			this.client.send(HttpRequest.newBuilder(this.http.resolve("?" + ms)).build(),
					HttpResponse.BodyHandlers.discarding());
		}

		/** Measured by the CPU clock on platform threads, else by the wall clock. */
		String cpu(long micros) {
			long end = clock() + TimeUnit.MICROSECONDS.toNanos(micros);
			long random = micros;
			while (clock() < end) {
				for (int i = 0; i < 20_000; i++) {
					random = random * 6364136223846793005L + 1442695040888963407L;
				}
			}
			return Long.toString(random);
		}

		private long clock() {
			return this.virtual ? System.nanoTime() : Truth.Clocks.read(false).cpu();
		}

		/** The heap grows until a collection takes long enough. */
		void gc() {
			long start = System.nanoTime();
			System.gc();
			if (System.nanoTime() - start < MIN_GC_PAUSE) {
				this.ballast.add(Stream.generate(Object::new).limit(BALLAST).toList());
			}
		}

	}

}
