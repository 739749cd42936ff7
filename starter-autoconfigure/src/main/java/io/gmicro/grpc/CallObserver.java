package io.gmicro.grpc;

/**
 * Sees every gRPC call begin and end. Each measurement of calls is one observer; an
 * application adds its own by declaring a bean of this type, which then sees the calls of
 * servers and of clients.
 * <p>
 * The methods run on the path of the call, on the thread that serves or makes it, and for
 * many calls at once: an implementation is thread-safe, takes no lock and allocates
 * nothing. What it throws is counted in {@code gmicro_observer_errors_total} and never
 * reaches the call.
 */
public interface CallObserver {

	/**
	 * Called once a method of a server that is to be known before its first call.
	 * @param method the method label, {@code package.Service/Method}
	 */
	default void onRegistered(String method) {
	}

	/**
	 * Called once a call, before anything of it is sent or handled.
	 * @param call the call that begins
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
	 * Called once a call, when it has ended in whatever way.
	 * @param call the call that ended
	 */
	void onEnd(Call call);

}
