package io.gmicro.jfr;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.management.JMException;

import io.gmicro.profile.Profile;
import jdk.jfr.FlightRecorder;

/**
 * What the profiles need of the JDK's flight recorder. Not loaded where the Java runtime
 * has none.
 */
public final class Jfr {

	static final int STACK_DEPTH = 256;

	/** In seconds. There may be no thread to start it. */
	private static final int LONGEST_START = 10;

	/** JFR allows no more. */
	private static final int MAX_STACK_DEPTH = 2_048;

	private Jfr() {
	}

	/**
	 * Prepares for the first use of the recorder.
	 * @throws IOException if it would have no directory to write to
	 */
	public static void prepare() throws IOException {
		JfrRepository.makePrivate();
		deepenStacks();
		if (!FlightRecorder.isInitialized()) {
			asSystem(Jfr::initialize);
		}
	}

	/**
	 * Has a thread of the JDK that knows nothing of the application start the recorder.
	 * Until Java 23 a thread keeps the protection domains of all that was on the stack
	 * when it was created.
	 */
	private static void initialize() {
		ForkJoinPool pool = new ForkJoinPool(1);
		try {
			MethodHandle recorder = MethodHandles.publicLookup()
				.findStatic(FlightRecorder.class, "getFlightRecorder", MethodType.methodType(FlightRecorder.class));
			pool.submit(MethodHandleProxies.asInterfaceInstance(Callable.class, recorder))
				.get(LONGEST_START, TimeUnit.SECONDS);
		}
		catch (ReflectiveOperationException | ExecutionException | TimeoutException ex) {
			// The first use starts it, or says why it cannot
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			pool.shutdown();
		}
	}

	/**
	 * Does something for which JFR starts threads. They stay for ever and inherit the
	 * class loader of the application, which must be free to go when it is undeployed.
	 * @param action what to do
	 */
	static void asSystem(Runnable action) {
		Thread current = Thread.currentThread();
		ClassLoader before = current.getContextClassLoader();
		current.setContextClassLoader(ClassLoader.getSystemClassLoader());
		try {
			action.run();
		}
		finally {
			current.setContextClassLoader(before);
		}
	}

	/**
	 * Has the recorder keep deep stacks, unless the command line says how deep. That is
	 * possible only before its first use.
	 */
	static void deepenStacks() {
		if (!FlightRecorder.isInitialized() && !JfrRepository.options().contains("stackdepth=")) {
			try {
				DiagnosticCommand.run("jfrConfigure", "stackdepth=" + STACK_DEPTH);
			}
			catch (JMException ex) {
				// Stacks then end at the JVM's own depth, and the profiles say how many
				// did.
			}
		}
	}

	/**
	 * Says in a profile how many stacks were cut.
	 * @param profile the profile
	 * @param truncated how many
	 * @param count how many there are
	 * @param depth how many calls of a stack are left
	 */
	static void commentOnDepth(Profile profile, long truncated, long count, int depth) {
		String cut = truncated + " of " + count + " stacks were cut at " + depth + " calls";
		if (depth < MAX_STACK_DEPTH) {
			int deeper = (depth < STACK_DEPTH) ? STACK_DEPTH : Math.min(4 * depth, MAX_STACK_DEPTH);
			profile
				.comment(cut + "; for deeper ones start the JVM with -XX:FlightRecorderOptions:stackdepth=" + deeper);
		}
		else {
			profile.comment(cut + ", the most that JFR records");
		}
	}

	/** Whether this JVM has an event of that name. */
	public static boolean hasEvent(String name) {
		return FlightRecorder.getFlightRecorder()
			.getEventTypes()
			.stream()
			.anyMatch((type) -> type.getName().equals(name));
	}

}
