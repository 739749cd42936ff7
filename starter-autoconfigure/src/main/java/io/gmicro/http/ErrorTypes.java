package io.gmicro.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.gmicro.meter.Overflow;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.ServletException;
import org.jspecify.annotations.Nullable;

/**
 * The values of the label {@code error_type}. A request failed if its status is 5xx, if
 * its client went away, or if its response broke off. The number of exception classes is
 * bounded; further ones are recorded as {@link Exchange#OTHER}. Thread-safe.
 *
 * @see <a href=
 * "https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/">OpenTelemetry,
 * error.type</a>
 */
final class ErrorTypes {

	/** A request that did not fail. */
	static final Value NONE = new Value(0, "");

	/** A failed request that is described by its status code. */
	static final Value STATUS_CODE = new Value(1, "");

	static final int MAX_CLASSES = 100;

	static final int MAX_LENGTH = 200;

	/** The number of values that an {@link Value#index()} can have. */
	static final int COUNT = MAX_CLASSES + 3;

	private static final Value OTHER = new Value(2, Overflow.OTHER);

	private final Map<String, Value> byClass = new ConcurrentHashMap<>();

	private final boolean exceptions;

	private final Counter overflow;

	private volatile boolean full;

	ErrorTypes(LabelRules.ErrorType rule, MeterRegistry registry) {
		this.exceptions = rule == LabelRules.ErrorType.EXCEPTION;
		this.overflow = Overflow.counter(registry, "error_type");
	}

	/**
	 * Whether the exception of a request is needed to find its error type.
	 * @param status the status
	 * @param aborted whether the response broke off
	 */
	boolean needsException(int status, boolean aborted) {
		return isServerError(status) ? this.exceptions : aborted;
	}

	/**
	 * The error type of a request that has been answered.
	 * @param status the status
	 * @param aborted whether the response broke off
	 * @param failure the exception, if it is needed and known
	 */
	Value of(int status, boolean aborted, @Nullable Throwable failure) {
		if (needsException(status, aborted) && failure != null) {
			return ofClass(cause(failure).getClass());
		}
		if (isServerError(status) || status == Exchange.CLIENT_CLOSED_REQUEST) {
			return STATUS_CODE;
		}
		return aborted ? OTHER : NONE;
	}

	private static boolean isServerError(int status) {
		return status >= 500 && status < 600;
	}

	/** Spring wraps what a handler throws. */
	private static Throwable cause(Throwable failure) {
		Throwable cause = (failure instanceof ServletException) ? failure.getCause() : null;
		return (cause != null) ? cause : failure;
	}

	private Value ofClass(Class<?> type) {
		String name = name(type);
		Value known = this.byClass.get(name);
		if (known == null && !this.full) {
			known = add(name);
		}
		if (known == null) {
			this.overflow.increment();
			return OTHER;
		}
		return known;
	}

	/** Generated classes have as many names as there are of them. */
	private static String name(Class<?> type) {
		Class<?> named = type;
		while (isGenerated(named) && named.getSuperclass() != null) {
			named = named.getSuperclass();
		}
		return named.getName();
	}

	private static boolean isGenerated(Class<?> type) {
		String name = type.getName();
		return type.isHidden() || name.length() > MAX_LENGTH || name.contains("$$");
	}

	private synchronized @Nullable Value add(String name) {
		Value known = this.byClass.get(name);
		if (known == null && this.byClass.size() < MAX_CLASSES) {
			known = new Value(COUNT - MAX_CLASSES + this.byClass.size(), name);
			this.byClass.put(name, known);
		}
		this.full = this.byClass.size() >= MAX_CLASSES;
		return known;
	}

	/**
	 * One value.
	 *
	 * @param index a number below {@link #COUNT}
	 * @param name the name of a class, or empty
	 */
	record Value(int index, String name) {

		String label(String status) {
			return (this == STATUS_CODE) ? status : this.name;
		}

	}

}
