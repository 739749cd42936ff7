package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.gmicro.jfr.JfrEvents;
import io.gmicro.jfr.JfrFile;
import io.gmicro.jfr.JfrStacks;
import io.gmicro.jfr.Platform;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;

/**
 * Collects a CPU profile. Its values add up to the CPU time of the process as the
 * operating system accounts it; time without a sample of Java code is under a frame in
 * brackets.
 */
final class CpuCollector implements ProfileCollector {

	private static final ValueType SAMPLES = new ValueType("samples", "count");

	private static final ValueType CPU = new ValueType("cpu", "nanoseconds");

	private final Instant start;

	private final long processStart;

	private final ThreadUsage threads;

	private final JfrStacks stacks = new JfrStacks();

	private final CpuSamples samples;

	private final CpuSource source;

	private final JfrEvents recording;

	CpuCollector(CpuSource source, Set<SampleLabel> labels) throws ProfilingException {
		this.source = source;
		this.samples = new CpuSamples(source, labels, this.stacks);
		Map<String, Map<String, String>> events = new HashMap<>(source.events());
		events.putAll(EndedThreads.EVENTS);
		events.putAll(SampleLabel.events(labels));
		this.recording = JfrEvents.openWindow(events, this::read);
		this.start = Instant.now();
		this.processStart = Platform.processCpuTime();
		this.threads = ThreadUsage.ofCpu();
	}

	static Profile create() {
		return new Profile(SAMPLES, CPU).period(CPU, CpuSamples.PERIOD);
	}

	/**
	 * The less time since the last update, the less is unknown of a thread that ended.
	 */
	@Override
	public void tick() {
		this.threads.update();
	}

	@Override
	public Profile finish(Duration duration) throws ProfilingException {
		this.threads.update();
		long process = Platform.processCpuTime() - this.processStart;
		this.recording.finish();
		Profile profile = create().time(this.start)
			.duration(duration)
			.comment("Processor time from " + this.source.event());
		this.recording.commentOn(profile);
		this.stacks.commentOn(profile);
		this.samples.addTo(profile, this.threads, process, duration);
		return profile;
	}

	private void read(JfrFile file) throws IOException {
		this.samples.read(file);
		this.stacks.clear();
	}

	@Override
	public void close() {
		this.recording.close();
	}

}
