package io.gmicro.grpc;

/**
 * Called for every gRPC call at its start and end. Each measurement of calls is an
 * observer. To add your own for server and client calls, declare a bean of this type.
 * <p>
 * The methods are called on the thread that serves or makes the call, concurrently for
 * many calls. Implementations must be thread-safe and should neither take locks nor
 * allocate memory. Exceptions are counted in {@code gmicro_observer_errors_total} and do
 * not affect the call.
 */
public interface CallObserver {

	/**
	 * Called once per server method, so that its meters exist before its first call.
	 * @param method the method label, {@code package.Service/Method}
	 */
	default void onRegistered(String method) {
	}

	/**
	 * Called once per call, before anything is sent or handled.
	 * @param call the call that starts
	 */
	default void onStart(Call call) {
	}

	/**
	 * Called for each message that the observed side sends.
	 * @param call the call, which may have ended already
	 */
	default void onMessageSent(Call call) {
	}

	/**
	 * Called for each message that the observed side receives.
	 * @param call the call, which may have ended already
	 */
	default void onMessageReceived(Call call) {
	}

	/**
	 * Called once per call, when it has ended for any reason.
	 * @param call the call that ended
	 */
	void onEnd(Call call);

}
