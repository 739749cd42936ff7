package io.gmicro.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.gmicro.http.ExchangeFilter;
import jakarta.servlet.FilterChain;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/**
 * Cost of sampling in a separate process with waiting requests in flight.
 *
 * @param sampler CPU time of the sampler's thread, in percent of the wall-clock time
 * @param standstill gaps of a running thread, in percent of the wall-clock time, 0
 * without such a thread
 * @param stopped the gaps less the time for which the thread waited for a processor
 */
record InFlight(double sampler, double standstill, double stopped) {

	static final String ARGUMENT = "in-flight";

	private static final String SAMPLER = "gmicro-sampler";

	/** Frames of a request between the filter and its wait. */
	private static final int DEPTH = 60;

	private static final Path SCHEDULER = Path.of("/proc/thread-self/schedstat");

	private static final long GAP = TimeUnit.MICROSECONDS.toNanos(50);

	/**
	 * Run a process with requests in flight.
	 * @param kind {@code platform} or {@code virtual} for a thread per request, or
	 * {@code async} for requests without a thread
	 * @param count the number of requests
	 * @param rounds the number of rounds
	 * @param seconds the length of a round
	 * @param runs whether to run a thread that only reads the clock
	 * @param properties the configuration of the application
	 * @return the cost in each round
	 */
	static List<InFlight> measure(String kind, int count, int rounds, int seconds, boolean runs, String... properties)
			throws IOException {
		List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(),
				"-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-jar", System.getProperty("java.class.path"), ARGUMENT,
				kind, String.valueOf(count), String.valueOf(rounds), String.valueOf(seconds), String.valueOf(runs)));
		for (String property : properties) {
			command.add("--" + property);
		}
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		ShutdownHook.add(process::destroy);
		try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
			List<InFlight> measured = output.lines()
				.map((line) -> line.split(" ", 3))
				.map((figures) -> new InFlight(Double.parseDouble(figures[0]), Double.parseDouble(figures[1]),
						Double.parseDouble(figures[2])))
				.toList();
			if (measured.size() != rounds) {
				throw new IOException("The process with requests in flight did not run");
			}
			return measured;
		}
		finally {
			process.destroy();
		}
	}

	/** Main method of the process. */
	static void hold(String... arguments) throws Exception {
		String[] properties = new String[arguments.length - 5];
		System.arraycopy(arguments, 5, properties, 0, properties.length);
		ConfigurableApplicationContext context = Server.run(Server.Application.class, with(properties));
		if (context.getBean("gmicroExchangeFilter") instanceof FilterRegistrationBean<?> registration
				&& registration.getFilter() instanceof ExchangeFilter filter) {
			enter(filter, arguments[0], Integer.parseInt(arguments[1]));
		}
		TimeUnit.SECONDS.sleep(3);
		OptionalLong sampler = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals(SAMPLER))
			.mapToLong(Thread::getId)
			.findFirst();
		for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
			InFlight measured = round(sampler, TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[3])),
					Boolean.parseBoolean(arguments[4]));
			System.out.println(measured.sampler + " " + measured.standstill + " " + measured.stopped);
		}
		// The requests are still in flight
		Runtime.getRuntime().halt(0);
	}

	private static String[] with(String... properties) {
		List<String> all = new ArrayList<>(List.of("--server.address=127.0.0.1", "--server.port=0",
				"--spring.main.banner-mode=off", "--gmicro.metrics.enabled=true"));
		all.addAll(List.of(properties));
		return all.toArray(String[]::new);
	}

	private static ExecutorService virtualThreads() throws ReflectiveOperationException {
		try {
			return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException("Virtual threads need Java 21 or newer", ex);
		}
	}

	private static void enter(ExchangeFilter filter, String kind, int count) throws Exception {
		CountDownLatch entered = new CountDownLatch(count);
		ExecutorService threads = switch (kind) {
			case "platform" -> Executors.newCachedThreadPool();
			case "virtual" -> virtualThreads();
			default -> Executors.newSingleThreadExecutor();
		};
		FilterChain chain = kind.equals("async") ? (request, response) -> {
			request.startAsync();
			entered.countDown();
		} : (request, response) -> {
			entered.countDown();
			await(DEPTH, new CountDownLatch(1));
		};
		for (int i = 0; i < count; i++) {
			threads.execute(() -> serve(filter, chain));
		}
		if (!entered.await(1, TimeUnit.MINUTES)) {
			throw new IllegalStateException("The requests did not start");
		}
	}

	private static void serve(ExchangeFilter filter, FilterChain chain) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
		request.setAsyncSupported(true);
		try {
			filter.doFilter(request, new MockHttpServletResponse(), chain);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(int depth, CountDownLatch latch) {
		if (depth > 0) {
			await(depth - 1, latch);
			return;
		}
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static InFlight round(OptionalLong sampler, long nanos, boolean runs)
			throws IOException, InterruptedException {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long cpu = sampler.isPresent() ? threads.getThreadCpuTime(sampler.getAsLong()) : 0;
		long start = System.nanoTime();
		long waited = waitedForProcessor();
		long still = runs ? standstill(start + nanos) : 0;
		long stopped = runs ? still - (waitedForProcessor() - waited) : 0;
		TimeUnit.NANOSECONDS.sleep(start + nanos - System.nanoTime());
		double wall = System.nanoTime() - start;
		double share = sampler.isPresent() ? (threads.getThreadCpuTime(sampler.getAsLong()) - cpu) / wall : Double.NaN;
		return new InFlight(100 * share, 100 * still / wall, 100 * stopped / wall);
	}

	/** Of the calling thread, since it started. */
	private static long waitedForProcessor() throws IOException {
		return Long.parseLong(Files.readString(SCHEDULER).split(" ")[1]);
	}

	private static long standstill(long end) {
		long still = 0;
		long last = System.nanoTime();
		while (last < end) {
			long now = System.nanoTime();
			if (now - last > GAP) {
				still += now - last;
			}
			last = now;
		}
		return still;
	}

}
