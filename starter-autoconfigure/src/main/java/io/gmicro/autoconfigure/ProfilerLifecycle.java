package io.gmicro.autoconfigure;

import io.gmicro.recorder.Profiler;

import org.springframework.context.SmartLifecycle;

/**
 * Starts to count with the application, and ends the profiles that are being collected
 * before the server waits for its requests to end: it stops in the first phase.
 */
final class ProfilerLifecycle implements SmartLifecycle {

	private final Profiler profiler;

	private volatile boolean running;

	ProfilerLifecycle(Profiler profiler) {
		this.profiler = profiler;
	}

	@Override
	public void start() {
		this.running = true;
		this.profiler.start();
	}

	@Override
	public void stop() {
		this.running = false;
		this.profiler.close();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}
