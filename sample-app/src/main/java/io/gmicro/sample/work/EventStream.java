package io.gmicro.sample.work;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Sends a number of events to one client, ten a second, and completes.
 */
final class EventStream implements Runnable {

	private static final Executor later = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

	private final SseEmitter emitter;

	private final int count;

	private int sent;

	EventStream(SseEmitter emitter, int count) {
		this.emitter = emitter;
		this.count = count;
	}

	void start() {
		later.execute(this);
	}

	@Override
	public void run() {
		try {
			this.sent++;
			this.emitter.send(SseEmitter.event().id(Integer.toString(this.sent)).data("event " + this.sent));
			if (this.sent < this.count) {
				later.execute(this);
			}
			else {
				this.emitter.complete();
			}
		}
		catch (IOException ex) {
			// The client went away. The container sees that, too, and cleans up.
		}
	}

}
