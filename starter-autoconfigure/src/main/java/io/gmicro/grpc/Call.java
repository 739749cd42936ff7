package io.gmicro.grpc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

import io.gmicro.inflight.Operation;
import io.gmicro.meter.Overflow;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC call, as a {@link CallObserver} sees it. It ends once, whoever says so first;
 * what is known of its end may be read by whoever was told of it.
 */
public final class Call extends Operation {

	/**
	 * Label value for a method that is not registered with the server, or that is past
	 * the bound of a client's methods.
	 */
	public static final String OTHER = Overflow.OTHER;

	/** Value of the label {@code rpc_system_name}. */
	static final String SYSTEM = "grpc";

	private static final VarHandle CODE = codeHandle();

	private final Side side;

	private final String method;

	private final boolean stream;

	private long durationNanos = -1;

	/** Changed once, through the handle. */
	@SuppressWarnings("unused")
	private Status.@Nullable Code code;

	/**
	 * Create a call that the calling thread serves or makes.
	 * @param side where it is observed
	 * @param method the method label
	 * @param stream whether it has more than one message on either side
	 */
	Call(Side side, String method, boolean stream) {
		this(side, method, stream, System.nanoTime());
	}

	Call(Side side, String method, boolean stream, long startNanos) {
		super(startNanos);
		this.side = side;
		this.method = method;
		this.stream = stream;
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
	 * End the call.
	 * @param code the code
	 * @return {@code false} if it had ended before
	 */
	boolean end(Status.Code code) {
		if (!CODE.compareAndSet(this, null, code)) {
			return false;
		}
		this.durationNanos = System.nanoTime() - startNanos();
		return true;
	}

	/**
	 * Whether the call is observed where it is served or where it is made.
	 * @return the side
	 */
	public Side side() {
		return this.side;
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

	/**
	 * The code that the client got.
	 * @return the code
	 * @throws IllegalStateException when the call has not ended yet
	 */
	public Status.Code code() {
		Status.Code code = (Status.Code) CODE.getAcquire(this);
		if (code == null) {
			throw new IllegalStateException("The call has not ended yet");
		}
		return code;
	}

	@Override
	public long durationNanos() {
		return this.durationNanos;
	}

	/**
	 * How long the call took.
	 * @param unit the unit to convert to, rounding towards zero
	 * @return the duration in that unit
	 */
	public long duration(TimeUnit unit) {
		return unit.convert(this.durationNanos, TimeUnit.NANOSECONDS);
	}

	/** Seen by the interceptor, which knows on which thread the service is called. */
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
	public String boundary() {
		return ObservedServerCall.Listener.class.getName();
	}

	/**
	 * Where a call is observed.
	 */
	public enum Side {

		/** Where it is served. */
		SERVER,

		/** Where it is made. */
		CLIENT

	}

}
