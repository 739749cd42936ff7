package io.gmicro.sample;

import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

import static org.awaitility.Awaitility.await;

/**
 * Asks a sample in a process of its own for one path again and again until it is closed.
 */
final class Load implements AutoCloseable {

	private final FutureTask<Void> requests;

	private final AtomicInteger answers = new AtomicInteger();

	private volatile boolean closed;

	private Load(SampleProcess sample, String path) {
		this.requests = new FutureTask<>(() -> {
			while (!this.closed) {
				sample.get(path);
				this.answers.incrementAndGet();
			}
			return null;
		});
	}

	/** The first answer is awaited, so that nothing has to be warmed up. */
	static Load of(SampleProcess sample, String path) throws Exception {
		sample.get(path);
		Load load = new Load(sample, path);
		new Thread(load.requests, "load").start();
		return load;
	}

	/** Waits until requests that are sent from now on have been answered. */
	void awaitAnswers(int count) {
		int before = this.answers.get();
		await().until(() -> this.answers.get() > before + count);
	}

	@Override
	public void close() throws Exception {
		this.closed = true;
		this.requests.get();
	}

}
