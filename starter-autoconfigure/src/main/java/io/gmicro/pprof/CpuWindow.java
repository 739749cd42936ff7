package io.gmicro.pprof;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;

/**
 * Watches where the process spends processor time. The values add up to what the
 * operating system charged the process with; what is not a sample of Java code is under a
 * frame in brackets.
 */
final class CpuWindow implements Window {

	static final Frame JVM = Frame.named("[jvm: gc, jit and native threads]");

	static final Frame WITHOUT_SAMPLES = Frame.named("[java: threads without samples]");

	static final Frame NOT_WALKABLE = Frame.named("[java: stack not walkable]");

	private static final ValueType SAMPLES = new ValueType("samples", "count");

	private static final ValueType CPU = new ValueType("cpu", "nanoseconds");

	private static final int NANOS = 1;

	private static final long PERIOD = Duration.ofMillis(10).toNanos();

	private final Instant start;

	private final long processStart;

	private final ThreadUse threads;

	private final JfrStacks stacks = new JfrStacks();

	private final List<TimedSample> samples = new ArrayList<>();

	private final Set<SampleLabel> labels;

	private final CpuSource source;

	private final Recording recording;

	CpuWindow(CpuSource source, Set<SampleLabel> labels) {
		this.source = source;
		this.labels = labels;
		Map<String, Map<String, String>> events = new HashMap<>(Map.of(source.event(), source.settings()));
		if (RequestLabels.areNeeded(labels)) {
			events.put(RequestLabels.EVENT, Map.of());
		}
		this.recording = Jfr.start(events);
		this.start = Instant.now();
		this.threads = ThreadUse.ofCpu();
		this.processStart = Platform.processCpuTime();
	}

	/** So that less is unknown of threads that end before the window does. */
	@Override
	public void tick() {
		if (this.source == CpuSource.EXECUTION) {
			this.threads.update();
		}
	}

	@Override
	public Profile finish(Duration duration) throws IOException {
		this.threads.update();
		long process = Platform.processCpuTime() - this.processStart;
		this.recording.stop();
		try (JfrFile file = JfrFile.of(this.recording)) {
			file.forEach(this::sample);
			if (RequestLabels.areNeeded(this.labels)) {
				file.forEach(new RequestLabels(this.samples, this.labels)::read);
			}
		}
		Profile profile = new Profile(SAMPLES, CPU).period(CPU, PERIOD)
			.time(this.start)
			.duration(duration)
			.comment("Processor time from " + this.source.event());
		this.stacks.commentOn(profile);
		fill(profile, process);
		return profile;
	}

	private void sample(RecordedEvent event) {
		if (event.getEventType().getName().equals(this.source.event())) {
			boolean cpuTime = this.source == CpuSource.CPU_TIME;
			List<Frame> stack = this.stacks.of(event);
			this.samples.add(new TimedSample(event.getThread(cpuTime ? "eventThread" : "sampledThread"),
					event.getStartTime(), (stack != null) ? stack : List.of(NOT_WALKABLE),
					new long[] { 1, cpuTime ? event.getDuration("samplingPeriod").toNanos() : 1 }, this.labels));
		}
	}

	private void fill(Profile profile, long process) {
		long rest = process;
		if (this.source == CpuSource.EXECUTION) {
			Shares shares = new Shares(this.samples, this.threads, NANOS);
			shares.giveToLiving();
			shares.giveToEnded(Math.max(process - shares.known(), 0));
			rest -= shares.usedWithoutSamples();
			profile.add(List.of(WITHOUT_SAMPLES), Map.of(), 0, shares.usedWithoutSamples());
		}
		for (TimedSample sample : this.samples) {
			rest -= sample.values()[NANOS];
			profile.add(sample.stack(), sample.labels(), sample.values());
		}
		profile.add(List.of(JVM), Map.of(), 0, Math.max(rest, 0));
	}

	@Override
	public void close() {
		this.recording.close();
	}

}
