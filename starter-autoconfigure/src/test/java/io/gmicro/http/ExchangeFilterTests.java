package io.gmicro.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What no container can be brought to do when a test wants it.
 */
class ExchangeFilterTests {

	private final List<Exchange> ended = new ArrayList<>();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final ExchangeFilter filter = new ExchangeFilter(List.of(this.ended::add), List.of(), 10, this.registry);

	private final MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@Test
	void whenContainerNeverCompletesAFailedDispatchExchangeEndsOnce() throws Exception {
		this.request.setAsyncSupported(true);
		this.filter.doFilter(this.request, this.response, (request, response) -> request.startAsync());
		MockAsyncContext context = (MockAsyncContext) Objects.requireNonNull(this.request.getAsyncContext());
		AsyncListener listener = context.getListeners().get(0);
		assertThat(this.ended).isEmpty();
		this.request.setDispatcherType(DispatcherType.ASYNC);
		assertThatIllegalStateException()
			.isThrownBy(() -> this.filter.doFilter(this.request, this.response, (request, response) -> {
				throw new IllegalStateException("planned");
			}));
		assertThat(this.ended).singleElement().satisfies((exchange) -> assertThat(exchange.status()).isEqualTo(500));
		listener.onComplete(new AsyncEvent(context));
		assertThat(this.ended).hasSize(1);
	}

	@Test
	void whenContainerReportsABrokenConnectionStatusIs499() throws Exception {
		this.request.setAsyncSupported(true);
		this.filter.doFilter(this.request, this.response, (request, response) -> request.startAsync());
		MockAsyncContext context = (MockAsyncContext) Objects.requireNonNull(this.request.getAsyncContext());
		AsyncListener listener = context.getListeners().get(0);
		listener.onError(new AsyncEvent(context, new IOException("Broken pipe")));
		listener.onComplete(new AsyncEvent(context));
		assertThat(this.ended).singleElement()
			.satisfies((exchange) -> assertThat(exchange.status()).isEqualTo(Exchange.CLIENT_CLOSED_REQUEST));
	}

	@Test
	void whenTheContainersRequestFailsServingGoesOn() throws Exception {
		MockHttpServletRequest failing = new MockHttpServletRequest("GET", "/") {

			@Override
			public long getContentLengthLong() {
				throw new IllegalStateException("planned");
			}

		};
		this.filter.doFilter(failing, this.response,
				(request, response) -> ((MockHttpServletResponse) response).setStatus(201));
		assertThat(this.response.getStatus()).isEqualTo(201);
		assertThat(this.registry.get("gmicro.observer.errors").counter().count()).isEqualTo(1);
	}

	@Test
	void whenContainerReportsAnErrorAfterCompletionExchangeEndsOnce() throws Exception {
		this.request.setAsyncSupported(true);
		this.filter.doFilter(this.request, this.response, (request, response) -> request.startAsync());
		MockAsyncContext context = (MockAsyncContext) Objects.requireNonNull(this.request.getAsyncContext());
		AsyncListener listener = context.getListeners().get(0);
		listener.onTimeout(new AsyncEvent(context));
		assertThat(this.ended).isEmpty();
		listener.onComplete(new AsyncEvent(context));
		listener.onError(new AsyncEvent(context, new IllegalStateException("late")));
		listener.onComplete(new AsyncEvent(context));
		assertThat(this.ended).singleElement().satisfies((exchange) -> assertThat(exchange.status()).isEqualTo(200));
	}

}
