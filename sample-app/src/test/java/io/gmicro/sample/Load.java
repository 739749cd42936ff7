package io.gmicro.sample;

import java.util.concurrent.FutureTask;

/**
 * Asks a sample in a process of its own for one path again and again until it is closed.
 */
final class Load implements AutoCloseable {

	private final FutureTask<Void> requests;

	private volatile boolean closed;

	private Load(SampleProcess sample, String path) {
		this.requests = new FutureTask<>(() -> {
			while (!this.closed) {
				sample.get(path);
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

	@Override
	public void close() throws Exception {
		this.closed = true;
		this.requests.get();
	}

}
