package io.gmicro.pprof;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * A recording for JDK Mission Control that holds only events known to tell no secret,
 * whatever else is being recorded in the process: neither the environment, system
 * properties and command lines, nor messages of exceptions, addresses and paths.
 */
final class Trace implements AutoCloseable {

	private static final int JAVA = 19;

	private static final Set<String> HARMLESS_EVENTS = Set.of(RequestLabels.EVENT, "jdk.CPUInformation", "jdk.CPULoad",
			"jdk.CPUTimeSample", "jdk.CPUTimeSamplesLost", "jdk.ClassLoadingStatistics", "jdk.CodeCacheFull",
			"jdk.CodeCacheStatistics", "jdk.Compilation", "jdk.CompilationFailure", "jdk.CompilerStatistics",
			"jdk.ConcurrentModeFailure", "jdk.ContainerCPUThrottling", "jdk.ContainerCPUUsage",
			"jdk.ContainerMemoryUsage", "jdk.DataLoss", "jdk.Deoptimization", "jdk.DirectBufferStatistics",
			"jdk.EvacuationFailed", "jdk.EvacuationInformation", "jdk.ExceptionStatistics", "jdk.ExecuteVMOperation",
			"jdk.ExecutionSample", "jdk.G1AdaptiveIHOP", "jdk.G1GarbageCollection", "jdk.G1HeapSummary", "jdk.G1MMU",
			"jdk.GCCPUTime", "jdk.GCHeapConfiguration", "jdk.GCHeapSummary", "jdk.GCPhaseConcurrent",
			"jdk.GCPhasePause", "jdk.GCPhasePauseLevel1", "jdk.GCPhasePauseLevel2", "jdk.GCReferenceStatistics",
			"jdk.GarbageCollection", "jdk.JavaMonitorEnter", "jdk.JavaMonitorInflate", "jdk.JavaMonitorWait",
			"jdk.JavaThreadStatistics", "jdk.MetaspaceGCThreshold", "jdk.MetaspaceSummary", "jdk.NativeMethodSample",
			"jdk.ObjectAllocationSample", "jdk.OldGarbageCollection", "jdk.PSHeapSummary",
			"jdk.ParallelOldGarbageCollection", "jdk.PhysicalMemory", "jdk.PromotionFailed", "jdk.ResidentSetSize",
			"jdk.SafepointBegin", "jdk.SafepointEnd", "jdk.SystemGC", "jdk.TenuringDistribution",
			"jdk.ThreadAllocationStatistics", "jdk.ThreadCPULoad", "jdk.ThreadContextSwitchRate", "jdk.ThreadEnd",
			"jdk.ThreadPark", "jdk.ThreadSleep", "jdk.ThreadStart", "jdk.VirtualThreadPinned",
			"jdk.VirtualThreadSubmitFailed", "jdk.YoungGarbageCollection", "jdk.ZAllocationStall",
			"jdk.ZOldGarbageCollection", "jdk.ZRelocationSet", "jdk.ZThreadPhase", "jdk.ZUncommit",
			"jdk.ZYoungGarbageCollection");

	private final Recording recording = new Recording();

	private final Method filter;

	private Trace(Method filter) {
		this.filter = filter;
		this.recording.setName("gmicro");
		this.recording.setSettings(settings());
		this.recording.enable(RequestLabels.EVENT);
		this.recording.enable(CpuSource.CPU_TIME.event()).with("throttle", "10ms");
	}

	static void requireJava() throws ProfilingException {
		if (Runtime.version().feature() < JAVA) {
			throw new ProfilingException(501,
					"trace needs Java " + JAVA + " or newer, which can take secrets out of a recording");
		}
	}

	static Trace start() throws ProfilingException {
		Trace trace;
		try {
			trace = new Trace(RecordingFile.class.getMethod("write", Path.class, Predicate.class));
		}
		catch (NoSuchMethodException ex) {
			throw new ProfilingException(501, "this Java runtime cannot take secrets out of a recording");
		}
		try {
			trace.recording.start();
			return trace;
		}
		catch (RuntimeException | Error ex) {
			trace.close();
			throw ex;
		}
	}

	private static Map<String, String> settings() {
		Map<String, String> settings = new HashMap<>();
		try {
			settings.putAll(Configuration.getConfiguration("profile").getSettings());
		}
		catch (IOException | ParseException ex) {
			// This Java runtime has no such file: the events' own settings will do
			HARMLESS_EVENTS.forEach((event) -> settings.put(event + "#enabled", "true"));
		}
		settings.keySet().removeIf((key) -> !HARMLESS_EVENTS.contains(key.substring(0, key.indexOf('#'))));
		return settings;
	}

	/**
	 * A recording without any event. Several recordings one after the other are one.
	 */
	byte[] empty() throws IOException {
		try (JfrFile raw = JfrFile.of(this.recording); JfrFile filtered = filtered(raw, (event) -> false)) {
			return Files.readAllBytes(filtered.path());
		}
	}

	/**
	 * Stops the recording.
	 * @param out where to write it; it is not closed
	 * @throws IOException if that fails
	 */
	void finish(OutputStream out) throws IOException {
		this.recording.stop();
		try (JfrFile raw = JfrFile.of(this.recording);
				JfrFile filtered = filtered(raw, (event) -> HARMLESS_EVENTS.contains(event.getEventType().getName()))) {
			Files.copy(filtered.path(), out);
		}
	}

	private JfrFile filtered(JfrFile raw, Predicate<RecordedEvent> allowed) throws IOException {
		JfrFile target = JfrFile.empty();
		try (RecordingFile events = new RecordingFile(raw.path())) {
			this.filter.invoke(events, target.path(), allowed);
			return target;
		}
		catch (InvocationTargetException | IllegalAccessException ex) {
			target.close();
			throw new IOException("The recording could not be filtered", ex);
		}
		catch (IOException | RuntimeException | Error ex) {
			target.close();
			throw ex;
		}
	}

	@Override
	public void close() {
		this.recording.close();
	}

}
