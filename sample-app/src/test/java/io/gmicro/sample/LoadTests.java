package io.gmicro.sample;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeObserver;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The sample at full speed, scraped every second, with faults that come and go: what is
 * recorded is what its clients counted, request for request. A few seconds, or
 * {@code gmicro.load.seconds}.
 */
class LoadTests {

	private static final int CLIENTS = 8;

	private static final int SECONDS = Integer.getInteger("gmicro.load.seconds", 4);

	/** What is asked for, and the route and status it is recorded under. */
	private static final Map<String, String> REQUESTS = Map.of("/orders", "/orders 200", "/orders/3",
			"/orders/{id} 200", "/orders/0", "/orders/{id} 404", "/no/such/path", "NOT_FOUND 404", "/async?millis=1",
			"/async 200", "/slow?millis=-1", "/slow 400", "/fail", "/fail 500", "/events?count=1", "/events 200");

	@Test
	void sumsAreWhatTheClientsCounted() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 1);
		try (SampleServer sample = SampleServer.start(Faults.class)) {
			Map<String, LongAdder> counted = new ConcurrentHashMap<>();
			AtomicBoolean faulty = sample.bean(Faults.class).faulty;
			FunctionCounter.builder("faulty", faulty, Faults::collect).register(sample.bean(MeterRegistry.class));
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
			List<Future<?>> running = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				running.add(threads.submit(() -> drive(sample, end, counted)));
			}
			int scrapes = 0;
			while (System.nanoTime() < end) {
				faulty.set(scrapes % 2 == 0);
				assertThat(sample.scrape().text()).contains("jvm_memory_used_bytes{");
				scrapes++;
				await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
			}
			for (Future<?> client : running) {
				client.get(30, TimeUnit.SECONDS);
			}
			faulty.set(false);
			Map<String, Double> expected = new TreeMap<>();
			counted.forEach((series, count) -> expected.put(series, count.doubleValue()));
			await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
				Scrape scrape = sample.scrape();
				assertThat(recorded(scrape, "http_server_responses_total")).isEqualTo(expected);
				assertThat(scrape.sum("http_server_active_requests")).isZero();
			});
			expected.remove("/events 200");
			Scrape scrape = sample.scrape();
			assertThat(recorded(scrape, "http_server_request_duration_seconds_count")).isEqualTo(expected);
			assertThat(scrape.value("gmicro_observer_errors_total")).isPositive();
			assertThat(scrape.value("gmicro_scrape_errors_total")).isEqualTo((scrapes + 1) / 2);
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static Void drive(SampleServer sample, long end, Map<String, LongAdder> counted) throws Exception {
		List<String> paths = List.copyOf(REQUESTS.keySet());
		for (int i = 0; System.nanoTime() < end; i++) {
			String path = paths.get(i % paths.size());
			HttpResponse<String> response = sample.get(path);
			assertThat(REQUESTS.get(path)).endsWith(" " + response.statusCode());
			counted.computeIfAbsent(REQUESTS.get(path), (series) -> new LongAdder()).increment();
		}
		return null;
	}

	private static Map<String, Double> recorded(Scrape scrape, String name) {
		Map<String, Double> recorded = new TreeMap<>();
		scrape.text()
			.lines()
			.filter((line) -> line.startsWith(name + "{"))
			.forEach(
					(line) -> recorded.merge(label(line, "http_route") + " " + label(line, "http_response_status_code"),
							Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)), Double::sum));
		// Expected responses that were not sent
		recorded.values().removeIf((count) -> count == 0);
		return recorded;
	}

	private static String label(String line, String name) {
		int start = line.indexOf(name + "=\"") + name.length() + 2;
		return line.substring(start, line.indexOf('"', start));
	}

	/** An observer and a meter that fail while they are told to. */
	@Configuration(proxyBeanMethods = false)
	static class Faults {

		private final AtomicBoolean faulty = new AtomicBoolean();

		@Bean
		ExchangeObserver faultyObserver() {
			return new ExchangeObserver() {

				@Override
				public void onStart(Exchange exchange) {
					fail(Faults.this.faulty);
				}

				@Override
				public void onEnd(Exchange exchange) {
					fail(Faults.this.faulty);
				}

			};
		}

		static double collect(AtomicBoolean faulty) {
			fail(faulty);
			return 1;
		}

		private static void fail(AtomicBoolean faulty) {
			if (faulty.get()) {
				throw new IllegalStateException("planned");
			}
		}

	}

}
