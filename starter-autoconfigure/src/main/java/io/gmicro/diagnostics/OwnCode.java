package io.gmicro.diagnostics;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Recognizes the application's own code: classes in its base packages that are not
 * generated. Without base packages, all classes that do not belong to the
 * {@link Libraries} are own code. Immutable.
 */
public final class OwnCode {

	/** For applications whose base packages are not known. */
	public static final OwnCode UNKNOWN = new OwnCode(List.of());

	private final List<String> prefixes;

	/**
	 * Create an instance from the application's base packages.
	 * @param basePackages names of packages, whose subpackages are included; blank names
	 * are ignored
	 */
	public OwnCode(Collection<String> basePackages) {
		this.prefixes = basePackages.stream()
			.filter((name) -> !name.isBlank())
			.distinct()
			.map((name) -> name + ".")
			.toList();
	}

	/**
	 * Whether a class was written for the application.
	 * @param className the name of a class
	 * @return {@code true} if it is in a base package, unless the package of a library is
	 * more specific, as with the base package {@code com}
	 */
	public boolean contains(String className) {
		if (this.prefixes.isEmpty()) {
			return isPossible(className);
		}
		int own = -1;
		for (String prefix : this.prefixes) {
			if (className.startsWith(prefix)) {
				own = Math.max(own, prefix.length());
			}
		}
		return own >= Libraries.prefixLength(className) && own > 0 && !Libraries.isGenerated(className);
	}

	/**
	 * Whether a class may belong to the application, which may have packages beside its
	 * base packages.
	 * @param className the name of a class
	 * @return {@code true} if it is own code or does not belong to a known library
	 */
	public boolean mayContain(String className) {
		return contains(className) || isPossible(className);
	}

	/**
	 * The call in a stack that the application is responsible for.
	 * @param stack the stack, innermost call first
	 * @return the innermost call of own code, else of code that may be own code, else the
	 * innermost call; {@code null} if the stack is empty
	 */
	public @Nullable StackTraceElement callIn(StackTraceElement[] stack) {
		StackTraceElement possible = null;
		for (StackTraceElement call : stack) {
			if (contains(call.getClassName())) {
				return call;
			}
			if (possible == null && isPossible(call.getClassName())) {
				possible = call;
			}
		}
		return (possible != null || stack.length == 0) ? possible : stack[0];
	}

	private static boolean isPossible(String className) {
		return !className.isEmpty() && Libraries.prefixLength(className) == 0 && !Libraries.isGenerated(className);
	}

}
