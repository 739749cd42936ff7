package io.gmicro.recorder;

import java.io.PrintWriter;
import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;

/**
 * The current stacks of all platform threads.
 */
public final class ThreadDump {

	static final int MAX_DEPTH = 256;

	private static final ValueType THREADS = new ValueType("goroutine", "count");

	private static final List<Frame> NO_STACK = List.of(Frame.named("[no stack]"));

	private ThreadDump() {
	}

	static Profile create() {
		return new Profile(THREADS).period(THREADS, 1);
	}

	static Profile profile() {
		Profile profile = create().time(Instant.now());
		for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(false, false, MAX_DEPTH)) {
			add(Stream.of(thread.getStackTrace()).map(Frame::of).toList(), profile);
		}
		return profile;
	}

	static void add(List<Frame> stack, Profile profile) {
		profile.add(stack.isEmpty() ? NO_STACK : stack, Map.of(), 1);
	}

	/** Writes a thread dump similar to that of {@code jstack}. */
	public static void write(PrintWriter out) {
		for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true, MAX_DEPTH)) {
			write(thread, out);
		}
	}

	private static void write(ThreadInfo thread, PrintWriter out) {
		out.append('"')
			.append(printable(thread.getThreadName()))
			.append("\" #")
			.append(Long.toString(thread.getThreadId()));
		out.append(thread.isDaemon() ? " daemon" : "").append(" prio=").append(Integer.toString(thread.getPriority()));
		out.append("\n   java.lang.Thread.State: ").append(thread.getThreadState().name()).append('\n');
		StackTraceElement[] stack = thread.getStackTrace();
		for (int depth = 0; depth < stack.length; depth++) {
			out.append("\tat ").append(stack[depth].toString()).append('\n');
			if (depth == 0) {
				writeWaitedFor(thread, out);
			}
			for (MonitorInfo monitor : thread.getLockedMonitors()) {
				if (monitor.getLockedStackDepth() == depth) {
					out.append("\t- locked ").append(monitor.toString()).append('\n');
				}
			}
		}
		for (LockInfo lock : thread.getLockedSynchronizers()) {
			out.append("\t- holds ").append(lock.toString()).append('\n');
		}
		out.append('\n');
	}

	private static void writeWaitedFor(ThreadInfo thread, PrintWriter out) {
		LockInfo lock = thread.getLockInfo();
		if (lock != null) {
			String owner = thread.getLockOwnerName();
			out.append("\t- waiting for ").append(lock.toString());
			out.append((owner != null) ? " held by \"" + printable(owner) + "\" #" + thread.getLockOwnerId() : "");
			out.append('\n');
		}
	}

	private static String printable(String name) {
		return name.replaceAll("\\p{Cntrl}", "?");
	}

}
