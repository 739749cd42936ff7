package io.gmicro.diagnostics;

import java.util.Collection;
import java.util.List;

/**
 * What is the application's own code: what lies in its base packages and was written
 * there, not generated. Without base packages it is everything that is not known as one
 * of the {@link Libraries}. Immutable.
 */
public final class OwnCode {

	/** For applications whose base packages are not known. */
	public static final OwnCode UNKNOWN = new OwnCode(List.of());

	private final List<String> prefixes;

	/**
	 * Create it from the application's base packages.
	 * @param basePackages names of packages, each with what is below it; empty ones are
	 * not counted
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
	 * @return {@code true} if it lies in a base package, unless a library's package is
	 * nearer to it, as where the base package is {@code com}
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
	 * Whether a class may be the application's, wherever its packages are: an application
	 * may have more than its base packages.
	 * @param className the name of a class
	 * @return {@code true} if it is own code or nothing that is known as a library
	 */
	public boolean mayContain(String className) {
		return contains(className) || isPossible(className);
	}

	private static boolean isPossible(String className) {
		return !className.isEmpty() && Libraries.prefixLength(className) == 0 && !Libraries.isGenerated(className);
	}

}
