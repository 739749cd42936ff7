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
import java.util.stream.Stream;

import javax.management.JMException;

import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/**
 * The JDK Flight Recorder of this JVM: how it is started, and which recordings it has,
 * including those of other applications and tools. This class cannot be loaded on a Java
 * runtime without the module {@code jdk.jfr}.
 */
public final class Jfr {

	static final int STACK_DEPTH = 256;

	/** JFR starts threads, which may be impossible. */
	private static final int START_TIMEOUT_SECONDS = 10;

	private Jfr() {
	}

	/**
	 * Starts the recorder with a private directory and deep stacks.
	 * @throws IOException if the directory cannot be created
	 */
	public static void prepare() throws IOException {
		JfrRepository.makePrivate();
		deepenStacks();
		if (!FlightRecorder.isInitialized()) {
			asSystem(Jfr::initialize);
		}
	}

	/**
	 * Starts the recorder on a thread of the JDK without any class of the application on
	 * its stack. Up to Java 23 the threads of JFR would keep the protection domains of
	 * these classes, and so their class loader.
	 */
	private static void initialize() {
		ForkJoinPool pool = new ForkJoinPool(1);
		try {
			MethodHandle recorder = MethodHandles.publicLookup()
				.findStatic(FlightRecorder.class, "getFlightRecorder", MethodType.methodType(FlightRecorder.class));
			Callable<?> start = MethodHandleProxies.asInterfaceInstance(Callable.class, recorder);
			pool.submit(start).get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
		}
		catch (ReflectiveOperationException | ExecutionException | TimeoutException ex) {
			// The first use starts it, or throws the reason
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			pool.shutdown();
		}
	}

	/**
	 * Runs an action for which JFR starts threads. These threads never end and inherit
	 * the context class loader, which must not be that of an application that can be
	 * undeployed.
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
	 * Sets the stack depth, unless the command line sets it. JFR accepts it only before
	 * its first use.
	 */
	private static void deepenStacks() {
		if (!FlightRecorder.isInitialized() && !JfrRepository.options().contains("stackdepth=")) {
			try {
				Platform.diagnosticCommand("jfrConfigure", "stackdepth=" + STACK_DEPTH);
			}
			catch (JMException ex) {
				// Profiles report how many stacks were truncated
			}
		}
	}

	/** Whether this JVM has the event type with the given name. */
	public static boolean hasEvent(String name) {
		return FlightRecorder.getFlightRecorder()
			.getEventTypes()
			.stream()
			.anyMatch((type) -> type.getName().equals(name));
	}

	/** Whether any recording keeps events in memory only. */
	public static boolean isRecordingInMemory() {
		return recordings().anyMatch((recording) -> isRunning(recording) && !recording.isToDisk());
	}

	static boolean isRecording() {
		return recordings().anyMatch(Jfr::isRunning);
	}

	/**
	 * Whether a recording writes to disk. The memory is then empty, and the files may
	 * hold events that were read before.
	 */
	static boolean isRecordingToDisk() {
		return recordings().filter(Recording::isToDisk)
			.anyMatch((recording) -> isRunning(recording) || recording.getState() == RecordingState.STOPPED);
	}

	/** The number of gmicro recordings, of all applications in this JVM. */
	static long gmicroRecordings() {
		return recordings().filter((recording) -> recording.getName().startsWith(JfrEvents.NAME)).count();
	}

	private static boolean isRunning(Recording recording) {
		return recording.getState() == RecordingState.RUNNING;
	}

	private static Stream<Recording> recordings() {
		return FlightRecorder.getFlightRecorder().getRecordings().stream();
	}

}
