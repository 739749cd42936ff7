package io.gmicro.grpc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.gmicro.inflight.Operation;
import io.gmicro.meter.Overflow;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC call, as passed to a {@link CallObserver}. It ends once, at the first event
 * that ends it. Its end may be read in and after {@link CallObserver#onEnd}.
 */
public final class Call extends Operation {

	/**
	 * Label value for methods that are not registered with the server, and for methods
	 * beyond the maximum number of a client.
	 */
	public static final String OTHER = Overflow.OTHER;

	/** Value of the label {@code rpc_system_name}. */
	static final String SYSTEM = "grpc";

	private static final VarHandle CODE = codeHandle();

	private final String method;

	private final ServerAddress server;

	private final boolean stream;

	/** Set once, through the handle. */
	@SuppressWarnings("unused")
	private Status.@Nullable Code code;

	private Call(String method, ServerAddress server, boolean stream, long startNanos) {
		super(startNanos);
		this.method = method;
		this.server = server;
		this.stream = stream;
	}

	/**
	 * Create a call that is served.
	 * @param method the method label
	 * @param stream whether it has more than one message on either side
	 * @param startNanos when it began
	 */
	static Call served(String method, boolean stream, long startNanos) {
		return new Call(method, ServerAddress.OURS, stream, startNanos);
	}

	/**
	 * Create a call that the calling thread makes.
	 * @param method the method label
	 * @param server where it is served
	 * @param stream whether it has more than one message on either side
	 */
	static Call made(String method, ServerAddress server, boolean stream) {
		return new Call(method, server, stream, System.nanoTime());
	}

	private static VarHandle codeHandle() {
		try {
			return MethodHandles.lookup().findVarHandle(Call.class, "code", Status.Code.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/**
	 * Ends the call.
	 * @param code the status code
	 * @return {@code false} if it had already ended
	 */
	boolean end(Status.Code code) {
		if (!CODE.compareAndSet(this, null, code)) {
			return false;
		}
		endedAt(System.nanoTime());
		return true;
	}

	/**
	 * The side that observes the call.
	 * @return the side
	 */
	public Side side() {
		return (this.server == ServerAddress.OURS) ? Side.SERVER : Side.CLIENT;
	}

	/**
	 * The bounded method label.
	 * @return the full name of the method, {@code package.Service/Method}, or
	 * {@value #OTHER}
	 * @see <a href=
	 * "https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/">OpenTelemetry, RPC
	 * metrics</a>
	 */
	public String method() {
		return this.method;
	}

	ServerAddress server() {
		return this.server;
	}

	/**
	 * The status code that the client received.
	 * @return the code
	 * @throws IllegalStateException if the call has not ended
	 */
	public Status.Code code() {
		Status.Code code = (Status.Code) CODE.getAcquire(this);
		if (code == null) {
			throw new IllegalStateException("The call has not ended yet");
		}
		return code;
	}

	/** Overridden to be visible in this package. */
	@Override
	protected void servedBy(@Nullable Thread thread) {
		super.servedBy(thread);
	}

	@Override
	public String methodText() {
		return "gRPC";
	}

	@Override
	public String pattern() {
		return this.method;
	}

	@Override
	public String route() {
		return this.method;
	}

	@Override
	public String statusText() {
		return code().name();
	}

	@Override
	public boolean isLongLived() {
		return this.stream;
	}

	@Override
	public boolean isCall() {
		return true;
	}

	@Override
	public String boundary() {
		return ObservedServerCall.Listener.class.getName();
	}

	/**
	 * The side of a call.
	 */
	public enum Side {

		/** The server, which handles the call. */
		SERVER,

		/** The client, which makes the call. */
		CLIENT

	}

}
