package io.gmicro.recorder;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Predicate;

import io.gmicro.jfr.JfrEvents;
import io.gmicro.jfr.JfrFile;
import io.gmicro.jfr.JfrRepository;
import io.gmicro.jfr.ProfilingException;
import jdk.jfr.Configuration;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * A recording for JDK Mission Control that contains only types of events without secrets,
 * whatever other recordings enable. It has no environment variables, system properties,
 * command lines, exception messages, addresses or paths. Not thread-safe.
 */
public final class TraceRecording implements AutoCloseable {

	private static final @Nullable Method FILTER = filter();

	private static final Set<String> HARMLESS_EVENTS = Set.of(SampleLabel.REQUEST_EVENT, "jdk.CPUInformation",
			"jdk.CPULoad", "jdk.CPUTimeSample", "jdk.CPUTimeSamplesLost", "jdk.ClassLoadingStatistics",
			"jdk.CodeCacheFull", "jdk.CodeCacheStatistics", "jdk.Compilation", "jdk.CompilationFailure",
			"jdk.CompilerStatistics", "jdk.ConcurrentModeFailure", "jdk.ContainerCPUThrottling",
			"jdk.ContainerCPUUsage", "jdk.ContainerMemoryUsage", "jdk.DataLoss", "jdk.Deoptimization",
			"jdk.DirectBufferStatistics", "jdk.EvacuationFailed", "jdk.EvacuationInformation",
			"jdk.ExceptionStatistics", "jdk.ExecuteVMOperation", "jdk.ExecutionSample", "jdk.G1AdaptiveIHOP",
			"jdk.G1GarbageCollection", "jdk.G1HeapSummary", "jdk.G1MMU", "jdk.GCCPUTime", "jdk.GCHeapConfiguration",
			"jdk.GCHeapSummary", "jdk.GCPhaseConcurrent", "jdk.GCPhasePause", "jdk.GCPhasePauseLevel1",
			"jdk.GCPhasePauseLevel2", "jdk.GCReferenceStatistics", "jdk.GarbageCollection", "jdk.JavaMonitorEnter",
			"jdk.JavaMonitorInflate", "jdk.JavaMonitorWait", "jdk.JavaThreadStatistics", "jdk.MetaspaceGCThreshold",
			"jdk.MetaspaceSummary", "jdk.NativeMethodSample", "jdk.ObjectAllocationSample", "jdk.OldGarbageCollection",
			"jdk.PSHeapSummary", "jdk.ParallelOldGarbageCollection", "jdk.PhysicalMemory", "jdk.PromotionFailed",
			"jdk.ResidentSetSize", "jdk.SafepointBegin", "jdk.SafepointEnd", "jdk.SystemGC", "jdk.TenuringDistribution",
			"jdk.ThreadAllocationStatistics", "jdk.ThreadCPULoad", "jdk.ThreadContextSwitchRate", "jdk.ThreadEnd",
			"jdk.ThreadPark", "jdk.ThreadSleep", "jdk.ThreadStart", "jdk.VirtualThreadPinned",
			"jdk.VirtualThreadSubmitFailed", "jdk.YoungGarbageCollection", "jdk.ZAllocationStall",
			"jdk.ZOldGarbageCollection", "jdk.ZRelocationSet", "jdk.ZThreadPhase", "jdk.ZUncommit",
			"jdk.ZYoungGarbageCollection");

	/** Maximum size of what is not sent yet, in bytes. */
	private static final long MAX_PENDING = 64 * JfrRepository.MEGABYTE;

	private final Deque<JfrFile> pending = new ConcurrentLinkedDeque<>();

	private final JfrEvents recording;

	private byte @Nullable [] empty;

	private TraceRecording() throws ProfilingException {
		this.recording = JfrEvents.openWindow(settings(), this::read);
	}

	private static @Nullable Method filter() {
		try {
			return RecordingFile.class.getMethod("write", Path.class, Predicate.class);
		}
		catch (NoSuchMethodException ex) {
			return null;
		}
	}

	/**
	 * Checks that this Java version can remove secrets from a recording.
	 * @throws ProfilingException if it cannot
	 */
	public static void requireJava() throws ProfilingException {
		if (FILTER == null) {
			throw new ProfilingException(501,
					"trace needs Java 19 or newer, which can take secrets out of a recording");
		}
	}

	/**
	 * Starts a recording.
	 * @return the recording
	 * @throws ProfilingException if it cannot be started
	 */
	public static TraceRecording start() throws IOException, ProfilingException, InterruptedException {
		requireJava();
		return Profiler.open(TraceRecording::new);
	}

	private static Map<String, Map<String, String>> settings() {
		Map<String, Map<String, String>> settings = new HashMap<>();
		try {
			Configuration.getConfiguration("profile").getSettings().forEach((key, value) -> {
				int end = key.indexOf('#');
				settings.computeIfAbsent(key.substring(0, end), (event) -> new HashMap<>())
					.put(key.substring(end + 1), value);
			});
			settings.values().removeIf((setting) -> "false".equals(setting.get("enabled")));
		}
		catch (IOException | ParseException ex) {
			// Without the file of the JDK, use the default settings of the events
			HARMLESS_EVENTS.forEach((event) -> settings.put(event, Map.of()));
		}
		settings.keySet().retainAll(HARMLESS_EVENTS);
		settings.put(SampleLabel.REQUEST_EVENT, Map.of());
		settings.putAll(CpuSource.CPU_TIME.events(CpuSamples.PERIOD));
		return settings;
	}

	/**
	 * A recording without any event. Concatenated recordings are a valid recording.
	 */
	public byte[] empty() throws ProfilingException {
		this.recording.read();
		return Objects.requireNonNull(this.empty);
	}

	private void read(JfrFile file) throws IOException {
		if (this.empty == null) {
			try (JfrFile nothing = filtered(file, (event) -> false)) {
				this.empty = Files.readAllBytes(nothing.path());
			}
		}
		Predicate<RecordedEvent> recent = file.recent();
		this.pending.add(filtered(file,
				(event) -> HARMLESS_EVENTS.contains(event.getEventType().getName()) && recent.test(event)));
		long size = 0;
		for (JfrFile waiting : this.pending) {
			size += waiting.size();
		}
		if (size > MAX_PENDING) {
			throw new IOException("The client reads too slowly");
		}
	}

	/** Whether there are events to send. */
	public boolean isPending() {
		return !this.pending.isEmpty();
	}

	/**
	 * Sends the events that have been read but not sent.
	 * @param out the stream to write to, which stays open
	 * @throws IOException if the client is not connected
	 */
	public void sendTo(OutputStream out) throws IOException {
		for (JfrFile file = this.pending.poll(); file != null; file = this.pending.poll()) {
			try (JfrFile sent = file) {
				Files.copy(sent.path(), out);
			}
		}
	}

	/**
	 * Ends the recording and sends the rest of its events.
	 * @param out the stream to write to, which stays open
	 * @throws IOException if the client is not connected
	 * @throws ProfilingException if the events cannot be read
	 */
	public void finish(OutputStream out) throws IOException, ProfilingException {
		this.recording.finish();
		sendTo(out);
	}

	private JfrFile filtered(JfrFile raw, Predicate<RecordedEvent> allowed) throws IOException {
		JfrFile target = JfrFile.create(Instant.MIN);
		try (RecordingFile events = new RecordingFile(raw.path())) {
			Objects.requireNonNull(FILTER).invoke(events, target.path(), allowed);
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
		this.pending.forEach((file) -> {
			try (file) {
				this.pending.remove(file);
			}
			catch (IOException ex) {
				// It is deleted with the directory
			}
		});
	}

}
