package io.gmicro.wall;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import io.gmicro.meter.Overflow;

/**
 * Numbers stacks and labels, so that what they have in common is kept once: names, frames
 * and callers. Nothing is ever removed. Not thread-safe.
 */
final class StackTable {

	/** The stack of samples that have none. */
	static final int NO_STACK = 0;

	/** The stack of all samples whose own stack is not kept. */
	static final int OTHER_STACK = 1;

	/** The labels of all samples whose own labels are not kept. */
	static final int OTHER_LABELS = 0;

	/** The ID of what does not fit. */
	static final int FULL = PairTable.FULL;

	static final int MAX_FRAMES = 512;

	static final int MAX_NAME = 500;

	/** A call of no class is a name in brackets. */
	private static final StackTraceElement TRUNCATED = new StackTraceElement("", "[truncated]", null, 0);

	private static final int LATIN_1 = 0xff;

	/** A string with its array, an entry of a map with its number, and a reference. */
	private static final int NAME_COST = 120;

	private final MemoryBudget memory;

	private final Map<String, Integer> nameIds = new HashMap<>();

	private String[] names = new String[0];

	/** Class and source file. */
	private final PairTable types;

	/** Type and method. */
	private final PairTable functions;

	/** Function and line. */
	private final PairTable frames;

	/** Caller, which is another stack, and frame. */
	private final PairTable stacks;

	/** Route and method. */
	private final PairTable requests;

	/** Request and activity. */
	private final PairTable labels;

	StackTable(MemoryBudget memory) {
		this.memory = memory;
		this.types = new PairTable(memory, 0);
		this.functions = new PairTable(memory, 0);
		this.frames = new PairTable(memory, 0);
		this.stacks = new PairTable(memory, 0);
		this.requests = new PairTable(memory, 0);
		this.labels = new PairTable(memory, 0);
		this.stacks.id(FULL, NO_STACK);
		this.stacks.id(FULL, OTHER_STACK);
		labels(Overflow.OTHER, Overflow.OTHER, Overflow.OTHER);
	}

	/**
	 * Finds or adds a stack.
	 * @param calls the calls, innermost first
	 * @return its ID, or {@link #FULL}
	 */
	int stack(StackTraceElement[] calls) {
		int outermost = Math.min(calls.length, MAX_FRAMES) - 1;
		int stack = (calls.length > MAX_FRAMES) ? stack(NO_STACK, frame(TRUNCATED)) : NO_STACK;
		for (int i = outermost; i >= 0 && stack != FULL; i--) {
			stack = stack(stack, frame(calls[i]));
		}
		return stack;
	}

	/** Finds or adds a stack by its caller and its innermost frame. */
	int stack(int caller, int frame) {
		return (caller != FULL && frame != FULL) ? this.stacks.id(caller, frame) : FULL;
	}

	/** Finds or adds a frame. */
	int frame(StackTraceElement call) {
		String file = (call.getFileName() != null) ? call.getFileName() : "";
		int type = pair(this.types, name(call.getClassName()), name(file));
		int function = pair(this.functions, type, name(call.getMethodName()));
		return (function != FULL) ? this.frames.id(function, Math.max(call.getLineNumber(), 0)) : FULL;
	}

	/** Finds or adds labels. */
	int labels(String route, String method, String activity) {
		return pair(this.labels, pair(this.requests, name(route), name(method)), name(activity));
	}

	/**
	 * Finds or adds the labels of samples whose own route is not kept.
	 * @param activity the activity
	 * @return their ID
	 */
	int otherRoute(String activity) {
		int labels = labels(Overflow.OTHER, Overflow.OTHER, activity);
		return (labels != FULL) ? labels : OTHER_LABELS;
	}

	private static int pair(PairTable table, int first, int second) {
		return (first != FULL && second != FULL) ? table.id(first, second) : FULL;
	}

	private int name(String text) {
		String name = bounded(text);
		Integer known = this.nameIds.get(name);
		if (known != null) {
			return known;
		}
		int width = name.chars().allMatch((character) -> character <= LATIN_1) ? 1 : 2;
		int id = this.nameIds.size();
		if (!this.memory.take(NAME_COST + (long) width * name.length())) {
			return FULL;
		}
		if (id == this.names.length) {
			this.names = Arrays.copyOf(this.names, id + id / 2 + 8);
		}
		this.names[id] = name;
		this.nameIds.put(name, id);
		return id;
	}

	/** The part of a name that is kept. */
	static String bounded(String name) {
		return (name.length() <= MAX_NAME) ? name : name.substring(0, MAX_NAME);
	}

	/** What the table contains now, for any thread. */
	View view() {
		return new View(this.names, this.types.pairs(), this.functions.pairs(), this.frames.pairs(),
				this.stacks.pairs(), this.requests.pairs(), this.labels.pairs(), this.frames.size(), this.stacks.size(),
				this.labels.size());
	}

	/**
	 * The content of a table.
	 */
	record View(String[] names, long[] types, long[] functions, long[] frames, long[] stacks, long[] requests,
			long[] labels, int frameCount, int stackCount, int labelCount) {

		/** The stack without its innermost call. */
		int caller(int stack) {
			return PairTable.first(this.stacks[stack]);
		}

		/** The innermost frame of the stack. */
		int innermost(int stack) {
			return PairTable.second(this.stacks[stack]);
		}

		StackTraceElement call(int frame) {
			long functionAndLine = this.frames[frame];
			long typeAndMethod = this.functions[PairTable.first(functionAndLine)];
			long classAndFile = this.types[PairTable.first(typeAndMethod)];
			return new StackTraceElement(this.names[PairTable.first(classAndFile)],
					this.names[PairTable.second(typeAndMethod)], this.names[PairTable.second(classAndFile)],
					PairTable.second(functionAndLine));
		}

		Labels labels(int id) {
			long requestAndActivity = this.labels[id];
			long request = this.requests[PairTable.first(requestAndActivity)];
			return new Labels(this.names[PairTable.first(request)], this.names[PairTable.second(request)],
					this.names[PairTable.second(requestAndActivity)]);
		}

	}

	/**
	 * The labels of samples.
	 */
	record Labels(String route, String method, String activity) {
	}

}
