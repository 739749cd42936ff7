package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.gmicro.jfr.JfrFile;
import io.gmicro.jfr.JfrStacks;
import io.gmicro.jfr.Platform;
import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;
import jdk.jfr.consumer.RecordedEvent;

/**
 * Builds a CPU profile. Its values add up to the CPU time of the process as the operating
 * system accounts it; time without a sample of Java code is under a frame in brackets.
 */
final class CpuProfileBuilder implements ProfileBuilder {

	private static final ValueType SAMPLES = new ValueType("samples", "count");

	private static final ValueType CPU = new ValueType("cpu", "nanoseconds");

	private final CpuSource source;

	private final Duration period;

	private final Set<SampleLabel> labels;

	private final JfrStacks stacks = new JfrStacks();

	private final CpuSamples samples;

	private Instant start = Instant.now();

	private long process = Platform.processCpuTime();

	private ThreadUsage threads = ThreadUsage.ofCpu();

	/**
	 * Creates a builder.
	 * @param source the event to record
	 * @param period the interval between two samples of a thread
	 * @param labels the labels of the samples
	 */
	CpuProfileBuilder(CpuSource source, Duration period, Set<SampleLabel> labels) {
		this.source = source;
		this.period = period;
		this.labels = labels;
		this.samples = new CpuSamples(source, labels, this.stacks);
	}

	/**
	 * A profile without samples.
	 * @param period the interval between two samples of a thread
	 */
	static Profile create(Duration period) {
		return new Profile(SAMPLES, CPU).period(CPU, period.toNanos());
	}

	@Override
	public Map<String, Map<String, String>> events() {
		Map<String, Map<String, String>> events = new HashMap<>(this.source.events(this.period));
		events.putAll(EndedThreads.EVENTS);
		events.putAll(SampleLabel.events(this.labels));
		return events;
	}

	@Override
	public void begin() {
		this.start = Instant.now();
		this.process = Platform.processCpuTime();
		this.threads = ThreadUsage.ofCpu();
	}

	/**
	 * The less time since the last update, the less is unknown of a thread that ended.
	 */
	@Override
	public void tick() {
		this.threads.update();
	}

	@Override
	public void end() {
		this.threads.update();
		this.process = Platform.processCpuTime() - this.process;
	}

	@Override
	public void add(RecordedEvent event) {
		this.samples.add(event);
	}

	@Override
	public void added(JfrFile file) throws IOException {
		this.samples.setLabels(file);
		this.stacks.clear();
	}

	@Override
	public Profile build(Duration duration) {
		Profile profile = create(this.period).time(this.start)
			.duration(duration)
			.comment("Processor time from " + this.source.event());
		this.stacks.commentOn(profile);
		this.samples.addTo(profile, this.threads, this.process, duration);
		return profile;
	}

}
