package io.gmicro.sample.work;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Routes that give the thread of their request back at once and answer later.
 */
@RestController
final class AsyncController {

	@GetMapping("/async")
	CompletableFuture<String> async(@RequestParam(defaultValue = "500") @Min(0) @Max(60_000) int millis) {
		Executor later = CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
		return CompletableFuture.supplyAsync(() -> "answered after " + millis + " ms\n", later);
	}

	@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter events(@RequestParam(defaultValue = "5") @Min(1) @Max(100) int count) {
		SseEmitter emitter = new SseEmitter();
		new EventStream(emitter, count).start();
		return emitter;
	}

}
