package io.gmicro.compatibility;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * Requests that are answered after the thread they came in on has been given back.
 */
@RestController
class AsyncController {

	static final long TIMEOUT_MILLIS = 100;

	@GetMapping("/callable")
	Callable<String> callable() {
		return () -> "called";
	}

	@GetMapping("/callable/fail")
	Callable<String> failingCallable() {
		return () -> {
			throw new IllegalStateException("expected by the test");
		};
	}

	@GetMapping("/callable/conflict")
	Callable<String> conflictingCallable() {
		return () -> {
			throw new ResponseStatusException(HttpStatus.CONFLICT);
		};
	}

	@GetMapping("/callable/gone")
	Callable<ResponseEntity<String>> goneCallable() {
		return () -> ResponseEntity.status(HttpStatus.GONE).body("gone for good");
	}

	@GetMapping("/deferred")
	DeferredResult<String> deferred() {
		DeferredResult<String> result = new DeferredResult<>();
		ForkJoinPool.commonPool().execute(() -> result.setResult("deferred"));
		return result;
	}

	@GetMapping("/deferred/ready")
	DeferredResult<String> ready() {
		DeferredResult<String> result = new DeferredResult<>();
		result.setResult("ready");
		return result;
	}

	@GetMapping("/deferred/fail")
	DeferredResult<String> failingDeferred() {
		DeferredResult<String> result = new DeferredResult<>();
		ForkJoinPool.commonPool()
			.execute(() -> result.setErrorResult(new IllegalStateException("expected by the test")));
		return result;
	}

	@GetMapping("/deferred/fail/at-once")
	DeferredResult<String> deferredFailingAtOnce() {
		DeferredResult<String> result = new DeferredResult<>();
		result.setErrorResult(new IllegalStateException("expected by the test"));
		return result;
	}

	@GetMapping("/deferred/timeout")
	DeferredResult<String> timeout() {
		return new DeferredResult<>(TIMEOUT_MILLIS);
	}

	@GetMapping("/stream")
	StreamingResponseBody stream() {
		return (out) -> {
			for (int i = 0; i < 3; i++) {
				out.write("part ".getBytes(StandardCharsets.US_ASCII));
				out.flush();
			}
		};
	}

	@GetMapping("/stream/fail")
	StreamingResponseBody failingStream() {
		return (out) -> {
			throw new IllegalStateException("expected by the test");
		};
	}

	@GetMapping("/events")
	SseEmitter events() {
		SseEmitter emitter = new SseEmitter();
		ForkJoinPool.commonPool().execute(() -> {
			try {
				emitter.send("first", MediaType.TEXT_PLAIN);
				emitter.send("second", MediaType.TEXT_PLAIN);
				emitter.complete();
			}
			catch (IOException ex) {
				emitter.completeWithError(ex);
			}
		});
		return emitter;
	}

	@GetMapping("/servlet/async")
	void servletAsync(HttpServletRequest request) {
		AsyncContext context = request.startAsync();
		context.start(() -> answer(context, "another thread"));
	}

	/** Nobody completes it and nobody listens: the container's own answer. */
	@GetMapping("/servlet/timeout")
	void servletTimeout(HttpServletRequest request) {
		request.startAsync().setTimeout(TIMEOUT_MILLIS);
	}

	@GetMapping("/servlet/refused")
	void servletRefused(HttpServletRequest request) {
		AsyncContext context = request.startAsync();
		context.start(() -> {
			try {
				((HttpServletResponse) context.getResponse()).sendError(HttpServletResponse.SC_CONFLICT);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			context.complete();
		});
	}

	/** Over before the first dispatch has returned. */
	@GetMapping("/servlet/at-once")
	void servletAtOnce(HttpServletRequest request) {
		answer(request.startAsync(), "at once");
	}

	/** Asynchronous a second time, within the dispatch that ends the first. */
	@GetMapping("/servlet/chained")
	void servletChained(HttpServletRequest request) {
		request.startAsync().dispatch("/callable");
	}

	private static void answer(AsyncContext context, String body) {
		try {
			context.getResponse().getOutputStream().print(body);
			context.complete();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
