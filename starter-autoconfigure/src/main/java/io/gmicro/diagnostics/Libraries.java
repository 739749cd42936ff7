package io.gmicro.diagnostics;

import java.util.List;

/**
 * What is not the application's own code, so that diagnostics can put it back.
 */
public final class Libraries {

	private static final List<String> PACKAGES = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.", "jakarta.",
			"org.springframework.", "org.apache.", "org.eclipse.jetty.", "io.grpc.");

	private static final String GENERATED = "$$";

	private Libraries() {
	}

	/**
	 * Whether a class is of the JDK, Spring or the container, or one that they generated,
	 * and not of the application.
	 * @param name the name of a class or of a method with its class
	 * @return {@code false} for everything that is not known as a library
	 */
	public static boolean contain(String name) {
		return name.contains(GENERATED) || PACKAGES.stream().anyMatch(name::startsWith);
	}

}
