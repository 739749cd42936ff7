package io.gmicro.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.gmicro.route.RouteLabels;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
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

	private static final String PATTERN = "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

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
		assertThat(this.ended).hasSize(1);
	}

	@Test
	void whenTheContainersResponseFailsOnCompletionExchangeEndsOnce() throws Exception {
		MockHttpServletResponse failing = new MockHttpServletResponse() {

			@Override
			public int getStatus() {
				throw new OutOfMemoryError("planned");
			}

		};
		this.request.setAsyncSupported(true);
		this.filter.doFilter(this.request, failing, (request, response) -> request.startAsync());
		MockAsyncContext context = (MockAsyncContext) Objects.requireNonNull(this.request.getAsyncContext());
		AsyncListener listener = context.getListeners().get(0);
		listener.onComplete(new AsyncEvent(context));
		listener.onComplete(new AsyncEvent(context));
		assertThat(this.ended).hasSize(1);
		assertThat(this.registry.get("gmicro.observer.errors").counter().count()).isEqualTo(1);
	}

	@Test
	void whenAFailureCannotBeLoggedServingGoesOn() throws Exception {
		RuntimeException unspeakable = new RuntimeException() {

			private static final long serialVersionUID = 1L;

			@Override
			public String getMessage() {
				throw new OutOfMemoryError("planned");
			}

		};
		ExchangeFilter failing = new ExchangeFilter(List.of((exchange) -> {
			throw unspeakable;
		}, this.ended::add), List.of(), 10, this.registry);
		failing.doFilter(this.request, this.response,
				(request, response) -> ((MockHttpServletResponse) response).setStatus(201));
		assertThat(this.response.getStatus()).isEqualTo(201);
		assertThat(this.ended).hasSize(1);
		assertThat(this.registry.get("gmicro.observer.errors").counter().count()).isEqualTo(1);
	}

	@Test
	void knownRoutesAreAskedOnceAndOnlyWhereNothingMatched() throws Exception {
		AtomicInteger lookups = new AtomicInteger();
		ExchangeFilter asking = new ExchangeFilter(List.of(this.ended::add), rules((request) -> {
			lookups.incrementAndGet();
			return "/known";
		}), this.registry);
		this.request.setAttribute(PATTERN, "/matched");
		asking.doFilter(this.request, this.response, answering(401));
		asking.doFilter(new MockHttpServletRequest("GET", "/"), new MockHttpServletResponse(), answering(404));
		assertThat(lookups).hasValue(0);
		MockHttpServletRequest unmatched = new MockHttpServletRequest("GET", "/");
		MockHttpServletResponse refused = new MockHttpServletResponse();
		asking.doFilter(unmatched, refused, (request, response) -> ((MockHttpServletResponse) response).sendError(401));
		unmatched.setDispatcherType(DispatcherType.ERROR);
		asking.doFilter(unmatched, refused, answering(401));
		assertThat(lookups).hasValue(1);
		assertThat(this.ended).extracting(Exchange::route).containsExactly("/matched", "NOT_FOUND", "/known");
	}

	@Test
	void whenKnownRoutesCannotBeAskedRouteIsUnknown() throws Exception {
		ExchangeFilter failing = new ExchangeFilter(List.of(this.ended::add), rules((request) -> {
			throw new NoClassDefFoundError("planned");
		}), this.registry);
		failing.doFilter(this.request, this.response, answering(401));
		assertThat(this.ended).singleElement().satisfies((exchange) -> {
			assertThat(exchange.route()).isEqualTo(RouteLabels.UNKNOWN);
			assertThat(exchange.status()).isEqualTo(401);
		});
		assertThat(this.registry.get("gmicro.observer.errors").counter().count()).isEqualTo(1);
	}

	private static ExchangeRules rules(Function<HttpServletRequest, @Nullable String> knownRoutes) {
		return new ExchangeRules(List::of, new LabelRules(10), List.of(), knownRoutes);
	}

	private static FilterChain answering(int status) {
		return (request, response) -> ((MockHttpServletResponse) response).setStatus(status);
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
