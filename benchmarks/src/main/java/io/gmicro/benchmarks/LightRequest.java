package io.gmicro.benchmarks;

import org.jspecify.annotations.Nullable;

import org.springframework.mock.web.MockHttpServletRequest;

/**
 * A request whose attributes cost next to nothing, so that the filter is measured and not
 * the mock.
 */
final class LightRequest extends MockHttpServletRequest {

	private final @Nullable String[] names = new @Nullable String[8];

	private final @Nullable Object[] values = new @Nullable Object[8];

	private Call call;

	LightRequest(Call call) {
		super("GET", call.path());
		this.call = call;
	}

	/** What is asked for. */
	Call call() {
		return this.call;
	}

	/** Forget all attributes, as a container does before it uses a request again. */
	void recycle(Call next) {
		this.call = next;
		setRequestURI(next.path());
		for (int i = 0; i < this.names.length && this.names[i] != null; i++) {
			this.names[i] = null;
			this.values[i] = null;
		}
	}

	@Override
	public @Nullable Object getAttribute(String name) {
		for (int i = 0; i < this.names.length && this.names[i] != null; i++) {
			if (this.names[i].equals(name)) {
				return this.values[i];
			}
		}
		return null;
	}

	@Override
	public void setAttribute(String name, @Nullable Object value) {
		int i = 0;
		while (this.names[i] != null && !this.names[i].equals(name)) {
			i++;
		}
		this.names[i] = name;
		this.values[i] = value;
	}

	@Override
	public void removeAttribute(String name) {
		setAttribute(name, null);
	}

}
