package io.gmicro.recorder;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.gmicro.jfr.ProfilingException;

/**
 * The thread that maintains the recordings of a {@link Profiler}: it starts them, then
 * runs a task every second. It survives every failure of the task, including a lack of
 * memory.
 */
final class KeeperThread extends Thread {

	private final CountDownLatch end;

	private final Runnable begin;

	private final Runnable everySecond;

	private final Consumer<Throwable> onFailure;

	private KeeperThread(CountDownLatch end, Runnable begin, Runnable everySecond, Consumer<Throwable> onFailure) {
		super("gmicro-pprof");
		this.end = end;
		this.begin = begin;
		this.everySecond = everySecond;
		this.onFailure = onFailure;
		setDaemon(true);
	}

	/**
	 * Starts a thread.
	 * @param end ends the thread when it reaches zero
	 * @param begin called once
	 * @param everySecond called every second after that
	 * @param onFailure called with what either of them throws
	 * @return the running thread
	 * @throws ProfilingException if no thread can be started
	 */
	static KeeperThread start(CountDownLatch end, Runnable begin, Runnable everySecond, Consumer<Throwable> onFailure)
			throws ProfilingException {
		KeeperThread thread = new KeeperThread(end, begin, everySecond, onFailure);
		try {
			thread.start();
		}
		catch (OutOfMemoryError ex) {
			throw new ProfilingException(503, "no thread could be started");
		}
		return thread;
	}

	@Override
	public void run() {
		boolean begun = false;
		boolean ended = false;
		while (!ended) {
			try {
				try {
					if (!begun) {
						begun = true;
						this.begin.run();
					}
					ended = this.end.await(1, TimeUnit.SECONDS);
					if (!ended) {
						this.everySecond.run();
					}
				}
				catch (Throwable ex) {
					this.onFailure.accept(ex);
				}
			}
			catch (Throwable ignored) {
				// No memory left to handle the failure
			}
		}
	}

	/** A container reports a thread that outlives an undeployed application as a leak. */
	void awaitEnd() {
		try {
			join(TimeUnit.SECONDS.toMillis(1));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
