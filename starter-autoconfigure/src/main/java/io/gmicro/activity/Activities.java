package io.gmicro.activity;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.gmicro.activity.KnownClass.Role;
import org.jspecify.annotations.Nullable;

/**
 * Classifies what a thread is doing, such as waiting for a database, by its stack. Never
 * throws, whatever the stack contains. Thread-safe: immutable except for a bounded cache
 * of classes.
 */
public final class Activities {

	/** Waiting for a monitor, a {@code Lock} or a {@code Semaphore}. */
	public static final String LOCK = "lock";

	/** Waiting until a connection pool has a connection. */
	public static final String POOL = "pool";

	/** In a database driver or the client of another data store. */
	public static final String DATABASE = "database";

	/** In an HTTP client. */
	public static final String HTTP_CLIENT = "http_client";

	/** In a gRPC client. */
	public static final String GRPC_CLIENT = "grpc_client";

	/** In the client of a message broker. */
	public static final String MESSAGING = "messaging";

	/** Reading or writing a file. */
	public static final String FILE = "file";

	/** Waiting for any other socket, such as that of the response. */
	public static final String NETWORK = "network";

	/** Sleeping. */
	public static final String SLEEP = "sleep";

	/** Running, or ready to run. */
	public static final String CPU = "cpu";

	/** Waiting for anything else, such as a task on another thread. */
	public static final String OTHER = "other";

	private static final int MAX_CACHED = 4096;

	private static final int MAX_CACHED_LENGTH = 256;

	private final ConcurrentMap<String, KnownClass> cache = new ConcurrentHashMap<>();

	private final ActivityTable table;

	/**
	 * Create an instance with activities of the application in addition to the built-in
	 * ones.
	 * @param custom the names of packages and classes of each activity, by its name. A
	 * package includes its subpackages, a class its nested classes. The innermost call of
	 * such a class decides, whatever the thread does inside it.
	 */
	public Activities(Map<String, List<String>> custom) {
		this.table = new ActivityTable(custom);
	}

	/**
	 * Classify a stack.
	 * @param stack the stack, innermost call first; may be empty or lack its outermost
	 * calls
	 * @param state the state of its thread
	 * @return the name of an activity, built-in or custom
	 */
	public String of(StackTraceElement[] stack, Thread.State state) {
		String custom = this.table.hasCustom() ? custom(stack) : null;
		if (custom != null) {
			return custom;
		}
		Leaf leaf = leaf(stack, state);
		if (leaf == Leaf.RUNNING) {
			return (stack.length > 0) ? running(stack) : OTHER;
		}
		return waiting(stack, leaf);
	}

	/**
	 * Whether a thread runs, as far as its stack shows.
	 * @param stack the stack, innermost call first
	 * @param state the state of its thread
	 * @return {@code false} if the thread waits, or reads or writes a file or a socket
	 */
	public boolean isRunning(StackTraceElement[] stack, Thread.State state) {
		return leaf(stack, state) == Leaf.RUNNING;
	}

	private @Nullable String custom(StackTraceElement[] stack) {
		for (StackTraceElement call : stack) {
			KnownClass type = type(call);
			if (type.role() == Role.CUSTOM) {
				return type.activity();
			}
		}
		return null;
	}

	/** Reads the JDK's calls that the rest of the stack has made. */
	private Leaf leaf(StackTraceElement[] stack, Thread.State state) {
		Leaf leaf = Leaf.RUNNING;
		boolean inJdk = stack.length == 0;
		for (StackTraceElement call : stack) {
			KnownClass type = type(call);
			if (!type.jdk()) {
				break;
			}
			inJdk = true;
			Leaf found = type.leaf(call.getMethodName());
			leaf = (found.compareTo(leaf) > 0) ? found : leaf;
		}
		// A state may be older than the stack
		if (state == Thread.State.BLOCKED && !isInNative(stack)) {
			return Leaf.LOCK;
		}
		boolean waiting = state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
		return (waiting && inJdk && leaf == Leaf.RUNNING) ? Leaf.WAITING : leaf;
	}

	/** Whether the thread is in a native method, which has no monitor to wait for. */
	private static boolean isInNative(StackTraceElement[] stack) {
		return stack.length > 0 && stack[0].isNativeMethod() && !stack[0].getMethodName().startsWith("wait");
	}

	/** Only the innermost call counts, with what it makes the JDK do. */
	private String running(StackTraceElement[] stack) {
		for (StackTraceElement call : stack) {
			KnownClass type = type(call);
			if (!type.isPlumbing()) {
				return type.isClient() ? type.activity() : CPU;
			}
		}
		return CPU;
	}

	/** The innermost call that is known decides what the thread waits for. */
	private String waiting(StackTraceElement[] stack, Leaf leaf) {
		boolean inPool = leaf.isPossibleInPool();
		boolean innermost = true;
		String transport = null;
		for (StackTraceElement call : stack) {
			KnownClass type = type(call);
			if (type.isPlumbing()) {
				continue;
			}
			if (inPool && type.isBorrowing(call.getMethodName())) {
				return POOL;
			}
			Role role = type.role();
			if (leaf.isForLibrary() && role == Role.CLIENT) {
				return type.activity();
			}
			if (leaf.isForLibrary() && role == Role.TRANSPORT) {
				// Perhaps of a client that is built on it
				transport = (transport != null) ? transport : type.activity();
			}
			else if (transport != null) {
				return transport;
			}
			else if (role == Role.SERVER) {
				return (innermost && leaf.isGeneric()) ? NETWORK : leaf.activity();
			}
			else if (role == Role.END) {
				return leaf.activity();
			}
			else if (role != Role.POOL && role != Role.TRANSPORT) {
				inPool = false;
			}
			innermost = false;
		}
		return (transport != null) ? transport : leaf.activity();
	}

	private KnownClass type(StackTraceElement call) {
		String name = call.getClassName();
		KnownClass type = this.cache.get(name);
		return (type != null) ? type : find(name);
	}

	private KnownClass find(String name) {
		KnownClass type = this.table.find(name);
		if (name.length() <= MAX_CACHED_LENGTH) {
			if (this.cache.size() >= MAX_CACHED) {
				this.cache.clear();
			}
			this.cache.put(name, type);
		}
		return type;
	}

	/** The number of classes in the cache. */
	int cached() {
		return this.cache.size();
	}

}
