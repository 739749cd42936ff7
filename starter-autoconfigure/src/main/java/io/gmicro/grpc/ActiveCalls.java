package io.gmicro.grpc;

import io.gmicro.inflight.ActiveOperations;

/**
 * Adds the calls that are served to the table of {@link ActiveOperations operations in
 * flight}. Thread-safe.
 */
public final class ActiveCalls implements CallObserver {

	private final ActiveOperations operations;

	/**
	 * Create an observer.
	 * @param operations the table
	 */
	public ActiveCalls(ActiveOperations operations) {
		this.operations = operations;
	}

	@Override
	public void onStart(Call call) {
		if (call.side() == Call.Side.SERVER) {
			// Its callbacks may run on different threads
			this.operations.detach(call);
		}
	}

	@Override
	public void onEnd(Call call) {
		if (call.side() == Call.Side.SERVER) {
			this.operations.leave(call);
		}
	}

}
