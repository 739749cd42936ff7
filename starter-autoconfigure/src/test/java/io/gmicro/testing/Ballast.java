package io.gmicro.testing;

import org.jspecify.annotations.Nullable;

/**
 * Fills the heap to the last byte.
 */
public final class Ballast {

	private static final int LARGEST = 1 << 20;

	private static Object @Nullable [] held;

	private Ballast() {
	}

	public static void fill() {
		int size = LARGEST;
		while (size > 0) {
			try {
				Object[] more = new Object[size];
				more[0] = held;
				held = more;
			}
			catch (OutOfMemoryError ex) {
				size /= 4;
			}
		}
	}

	public static void release() {
		held = null;
	}

}
