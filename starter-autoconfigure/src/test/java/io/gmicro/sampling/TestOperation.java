package io.gmicro.sampling;

import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * An operation of the thread that creates it.
 */
final class TestOperation extends Operation {

	private final boolean call;

	private volatile @Nullable String pattern;

	private volatile boolean longLived;

	private volatile String route = "UNKNOWN";

	TestOperation(@Nullable String pattern) {
		this(pattern, System.nanoTime(), false);
	}

	TestOperation(@Nullable String pattern, long startNanos, boolean call) {
		super(startNanos);
		this.pattern = pattern;
		this.call = call;
	}

	TestOperation async() {
		servedBy(null);
		return this;
	}

	TestOperation longLived() {
		this.longLived = true;
		return this;
	}

	void matched(String pattern) {
		this.pattern = pattern;
	}

	void ended(String route, long endNanos) {
		this.route = route;
		endedAt(endNanos);
	}

	@Override
	public String methodText() {
		return this.call ? "gRPC" : "GET";
	}

	@Override
	public @Nullable String pattern() {
		return this.pattern;
	}

	@Override
	public String route() {
		return this.route;
	}

	@Override
	public String statusText() {
		return "200";
	}

	@Override
	public boolean isLongLived() {
		return this.longLived;
	}

	@Override
	public boolean isCall() {
		return this.call;
	}

	@Override
	public String boundary() {
		return "java.lang.Thread";
	}

}
