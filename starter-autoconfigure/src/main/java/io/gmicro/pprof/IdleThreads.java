package io.gmicro.pprof;

import java.util.List;
import java.util.Set;

/**
 * Tells threads that wait for work from threads that are kept from theirs.
 */
final class IdleThreads {

	/**
	 * Between where a thread parks and the loop that asks for work lie at most so many.
	 */
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
			"io.opentelemetry.sdk.trace.export.BatchSpanProcessor$Worker.run", "io.gmicro.slow.SlowRequests.watch",
			"io.gmicro.scrape.CoarseClock.tick");

	/** Who waits because somebody looks at the profile. */
	private static final List<String> PROFILING = List.of("jdk.jfr.internal.", "io.gmicro.pprof.");

	private IdleThreads() {
	}

	static boolean isIdle(List<Frame> stack) {
		return stack.stream()
			.limit(DEPTH)
			.map(Frame::function)
			.anyMatch((function) -> WAITS_FOR_WORK.contains(function)
					|| PROFILING.stream().anyMatch(function::startsWith));
	}

}
