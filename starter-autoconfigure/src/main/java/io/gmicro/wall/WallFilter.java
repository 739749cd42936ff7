package io.gmicro.wall;

import org.jspecify.annotations.Nullable;

/**
 * Selects samples by their exact labels.
 *
 * @param route the route label, or {@code null} for all
 * @param method the method label, or {@code null} for all
 * @param activity the activity, or {@code null} for all
 */
public record WallFilter(@Nullable String route, @Nullable String method, @Nullable String activity) {

	/** Selects all samples. */
	public static final WallFilter ALL = new WallFilter(null, null, null);

	boolean accepts(String route, String method, String activity) {
		return matches(this.route, route) && matches(this.method, method) && matches(this.activity, activity);
	}

	/** Samples may have only the kept part of a name. */
	private static boolean matches(@Nullable String wanted, String value) {
		return wanted == null || StackTable.bounded(wanted).equals(StackTable.bounded(value));
	}

}
