package io.gmicro.recorder;

import java.util.List;
import java.util.Set;

import io.gmicro.profile.Frame;

/**
 * Recognizes threads that wait for work, as opposed to threads blocked in their work.
 */
final class IdleThreads {

	/** Maximum number of frames between parking and the loop that takes work. */
	private static final int DEPTH = 12;

	private static final Set<String> WAITS_FOR_WORK = Set.of("java.util.concurrent.ThreadPoolExecutor.getTask",
			"java.util.concurrent.ForkJoinPool.awaitWork", "java.util.TimerThread.mainLoop",
			"java.lang.ref.ReferenceQueue.remove", "java.lang.ref.ReferenceQueue.remove0",
			"org.apache.tomcat.util.threads.ThreadPoolExecutor.getTask",
			"org.apache.tomcat.util.threads.TaskQueue.take", "org.apache.tomcat.util.threads.TaskQueue.poll",
			"org.eclipse.jetty.util.thread.QueuedThreadPool.idleJobPoll",
			"org.eclipse.jetty.util.thread.ReservedThreadExecutor$ReservedThread.reservedWait",
			"org.eclipse.jetty.util.thread.ReservedThreadExecutor$ReservedThread.waitForTask",
			"io.netty.util.concurrent.SingleThreadEventExecutor.takeTask",
			"io.netty.util.concurrent.GlobalEventExecutor.takeTask",
			"kotlinx.coroutines.scheduling.CoroutineScheduler$Worker.park",
			"ch.qos.logback.core.AsyncAppenderBase$Worker.run",
			"io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor$Worker.run",
			"io.opentelemetry.sdk.trace.export.BatchSpanProcessor$Worker.run", "io.gmicro.sampling.Pauses.sleep",
			"io.gmicro.scrape.CoarseClock.tick");

	/**
	 * A thread with only these packages on its stack waits for work, as application code
	 * would be on the stack, too. This covers idle threads that future JDKs add.
	 */
	private static final List<String> POOLS = List.of("java.", "jdk.", "sun.", "com.sun.jmx.",
			"org.apache.tomcat.util.threads.", "org.eclipse.jetty.util.thread.", "org.jboss.threads.", "org.xnio.");

	/** Waits that the profiles themselves cause. */
	private static final List<String> PROFILING = List.of("jdk.jfr.internal.", "io.gmicro.jfr.", "io.gmicro.recorder.",
			"io.gmicro.pprof.");

	private IdleThreads() {
	}

	/**
	 * Whether a thread is idle.
	 * @param stack the stack of its wait, innermost first
	 */
	static boolean isIdle(List<Frame> stack) {
		return asksForWork(stack) || stack.stream()
			.map(Frame::function)
			.allMatch((function) -> POOLS.stream().anyMatch(function::startsWith));
	}

	/**
	 * Whether a thread waits in a method that takes work, even if it waits for a lock.
	 * @param stack the stack of its wait, innermost first
	 */
	static boolean asksForWork(List<Frame> stack) {
		return stack.stream()
			.limit(DEPTH)
			.map(Frame::function)
			.anyMatch((function) -> WAITS_FOR_WORK.contains(function)
					|| PROFILING.stream().anyMatch(function::startsWith));
	}

}
