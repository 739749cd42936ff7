package io.gmicro.jfr;

import java.lang.Thread.State;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import io.gmicro.profile.Frame;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import org.jspecify.annotations.Nullable;

/**
 * Stacks of threads that were blocked on a monitor while JFR's memory was read. Before
 * JDK 25, JFR takes the stack when the wait begins and the read discards it, so the event
 * at the end of the wait has no stack. Guarded by the lock of {@link JfrMemory}.
 */
final class BlockedThreads {

	private static final int MAX_THREADS = 256;

	private static final boolean NEEDED = Runtime.version().feature() < 25;

	private Map<Long, Wait> before = Map.of();

	private Map<Long, Wait> last = Map.of();

	/** Called right before each read. */
	void update() {
		if (!NEEDED) {
			return;
		}
		this.before = this.last;
		ThreadMXBean threads = Platform.threads();
		long[] ids = blocked(threads.getThreadInfo(threads.getAllThreadIds())).mapToLong(ThreadInfo::getThreadId)
			.limit(MAX_THREADS)
			.toArray();
		Map<Long, Wait> found = new HashMap<>();
		blocked(threads.getThreadInfo(ids, Jfr.STACK_DEPTH))
			.forEach((thread) -> found.put(thread.getThreadId(), Wait.of(thread)));
		this.last = found;
	}

	private static Stream<ThreadInfo> blocked(@Nullable ThreadInfo[] threads) {
		return Stream.of(threads)
			.filter(Objects::nonNull)
			.filter((thread) -> thread.getThreadState() == State.BLOCKED && thread.getLockInfo() != null);
	}

	/**
	 * The stack of a wait for a monitor that had begun before the previous read.
	 * @param event an event without a stack
	 * @return the frames, innermost first, or {@code null} if the stack is unknown
	 */
	@Nullable List<Frame> stack(RecordedEvent event) {
		if (!event.getEventType().getName().equals("jdk.JavaMonitorEnter")) {
			return null;
		}
		if (event.getThread() == null) {
			return stackOfEnded(event.getClass("monitorClass"));
		}
		Wait wait = this.before.get(event.getThread().getJavaThreadId());
		return (wait != null) ? wait.stack() : null;
	}

	/**
	 * JFR does not record which thread it was if the thread has ended since. The stack is
	 * known if all candidates have the same.
	 */
	private @Nullable List<Frame> stackOfEnded(@Nullable RecordedClass monitor) {
		if (monitor == null) {
			return null;
		}
		List<List<Frame>> stacks = this.before.entrySet()
			.stream()
			.filter((wait) -> wait.getValue().monitor().equals(monitor.getName()))
			.filter((wait) -> Platform.threads().getThreadInfo(wait.getKey()) == null)
			.map((wait) -> wait.getValue().stack())
			.distinct()
			.toList();
		return (stacks.size() == 1) ? stacks.get(0) : null;
	}

	private record Wait(String monitor, List<Frame> stack) {

		static Wait of(ThreadInfo thread) {
			return new Wait(thread.getLockInfo().getClassName(),
					Stream.of(thread.getStackTrace()).map(Frame::of).toList());
		}

	}

}
