package io.gmicro.scrape;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Scrapes that fail outside of their collectors.
 */
class MetricsServletFailureTests {

	private static final String FAILED = "the scrape failed, see the application's log\n";

	@ParameterizedTest
	@EnumSource
	void whenMemoryRunsOutAnswerIsAStatus(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true")) {
			for (int i = 0; i < 6; i++) {
				server.context().getBean(AtomicBoolean.class).set(true);
				var response = server.get("/metrics");
				assertThat(response.statusCode()).isEqualTo(500);
				assertThat(response.body()).isEqualTo(FAILED);
				assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
				assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
			}
			assertThat(server.scrape().sum("gmicro_scrape_errors_total")).isEqualTo(6);
		}
	}

	@ParameterizedTest
	@CsvSource({ "identity, false", "identity, true", "gzip, false", "gzip, true" })
	void whatIsCutShortNeverLooksComplete(String encoding, boolean committed) throws Exception {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		MetricsServlet servlet = servlet(meters);
		AtomicBoolean closed = new AtomicBoolean();
		MockHttpServletRequest request = request(encoding);
		MockHttpServletResponse response = new MockHttpServletResponse();
		HttpServletResponseWrapper failing = new HttpServletResponseWrapper(response) {

			@Override
			public ServletOutputStream getOutputStream() throws IOException {
				return new Failing(getStatus() == 200, closed);
			}

		};
		response.setCommitted(committed);
		if (committed) {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> servlet.service(request, failing))
				.withCauseInstanceOf(OutOfMemoryError.class);
		}
		else {
			servlet.service(request, failing);
			assertThat(response.getStatus()).isEqualTo(500);
			assertThat(response.getHeader("Content-Encoding")).isNull();
		}
		assertThat(closed).isFalse();
		assertThat(meters.get("gmicro.scrape.errors").counter().count()).isEqualTo(1);
		assertThat(meters.get("gmicro.scrapes").counter().count()).isEqualTo(1);
	}

	@Test
	void whenInterruptedAnswerIsAStatusAndTheThreadStaysInterrupted() throws Exception {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		CountDownLatch answering = new CountDownLatch(1);
		MetricsServlet servlet = servlet(meters, answering);
		MockHttpServletResponse response = new MockHttpServletResponse();
		Thread.currentThread().interrupt();
		servlet.service(request("identity"), response);
		assertThat(Thread.interrupted()).isTrue();
		answering.countDown();
		assertThat(response.getStatus()).isEqualTo(503);
		assertThat(response.getContentAsString()).isEqualTo("interrupted\n");
		assertThat(meters.get("gmicro.scrape.errors").counter().count()).isEqualTo(1);
		servlet.destroy();
	}

	private static MetricsServlet servlet(SimpleMeterRegistry meters) {
		return servlet(meters, new CountDownLatch(0));
	}

	private static MetricsServlet servlet(SimpleMeterRegistry meters, CountDownLatch answering) {
		InspectableRegistry registry = new InspectableRegistry();
		registry.register(() -> {
			await(answering);
			return GaugeSnapshot.builder()
				.name("a")
				.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder().value(1).build())
				.build();
		});
		return new MetricsServlet(registry, new MetricsServlet.Limits(2, Duration.ofMinutes(1), Duration.ofMinutes(1)),
				meters);
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
		}
		catch (InterruptedException ex) {
			// The servlet is being destroyed
		}
	}

	private static MockHttpServletRequest request(String encoding) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/metrics");
		request.addHeader("Accept-Encoding", encoding);
		return request;
	}

	/** Has no memory for anything, or takes everything. */
	private static final class Failing extends ServletOutputStream {

		private final boolean full;

		private final AtomicBoolean closed;

		Failing(boolean full, AtomicBoolean closed) {
			this.full = full;
			this.closed = closed;
		}

		@Override
		public void write(int b) {
			if (this.full) {
				throw new OutOfMemoryError("planned");
			}
		}

		@Override
		public void close() {
			this.closed.set(true);
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setWriteListener(WriteListener listener) {
			throw new IllegalStateException();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		AtomicBoolean full() {
			return new AtomicBoolean();
		}

		/** The first to ask for the stream has no memory for it. */
		@Bean
		Filter fullFilter(AtomicBoolean full) {
			return (request, response, chain) -> chain.doFilter(request,
					new HttpServletResponseWrapper((HttpServletResponse) response) {

						@Override
						public ServletOutputStream getOutputStream() throws IOException {
							if (full.getAndSet(false)) {
								throw new OutOfMemoryError("planned");
							}
							return super.getOutputStream();
						}

					});
		}

	}

}
