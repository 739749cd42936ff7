package io.gmicro.recorder;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.gmicro.jfr.JfrStacks;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import jdk.jfr.consumer.RecordedEvent;

/**
 * Makes samples of running threads add up to what the operating system charged the
 * process with. What is not known to be a sample's is under a frame in brackets. Not
 * thread-safe.
 */
final class CpuSamples {

	static final Frame JVM = Frame.named("[jvm: gc, jit and native threads]");

	static final Frame NOT_SAMPLED = Frame.named("[native or not sampled]");

	static final Frame NOT_WALKABLE = Frame.named("[java: stack not walkable]");

	static final long PERIOD = Duration.ofMillis(10).toNanos();

	private static final int NANOS = 1;

	/** Where a thread in native code waits, most of the time. */
	private static final List<String> IO = List.of("sun.nio.", "sun.net.", "java.net.", "java.io.", "java.lang.Process",
			"io.netty.channel.");

	private final CpuSource source;

	private final Set<SampleLabel> labels;

	private final JfrStacks stacks;

	private final List<TimedSample> samples = new ArrayList<>();

	private final List<TimedSample> inNative = new ArrayList<>();

	private final EndedThreads ended = new EndedThreads();

	CpuSamples(CpuSource source, Set<SampleLabel> labels, JfrStacks stacks) {
		this.source = source;
		this.labels = labels;
		this.stacks = stacks;
	}

	/**
	 * Reads an event, of any kind and in any order.
	 * @param event the event
	 */
	void read(RecordedEvent event) {
		String name = event.getEventType().getName();
		if (name.equals(this.source.event())) {
			this.samples.add((this.source == CpuSource.CPU_TIME)
					? sample(event, "eventThread", event.getDuration("samplingPeriod").toNanos())
					: sample(event, "sampledThread", PERIOD));
		}
		else if (name.equals(CpuSource.NATIVE_EVENT) && this.source == CpuSource.EXECUTION) {
			this.inNative.add(sample(event, "sampledThread", 0));
		}
		else {
			this.ended.read(event);
		}
	}

	private TimedSample sample(RecordedEvent event, String thread, long nanos) {
		List<Frame> stack = this.stacks.of(event);
		return new TimedSample(event.getThread(thread), event.getStartTime(),
				(stack != null) ? stack : List.of(NOT_WALKABLE), new long[] { 1, nanos }, this.labels);
	}

	boolean needRequests() {
		return RequestLabels.areNeeded(this.labels);
	}

	/** What labels the samples that were read. */
	RequestLabels requests() {
		List<TimedSample> all = new ArrayList<>(this.samples);
		all.addAll(this.inNative);
		return new RequestLabels(all, this.labels);
	}

	/**
	 * Adds the samples to a profile, and what is not known to be one of them.
	 * @param profile the profile
	 * @param threads what the threads used
	 * @param process the processor time of the process
	 * @param duration how long was recorded
	 */
	void addTo(Profile profile, ThreadUsage threads, long process, Duration duration) {
		if (this.source == CpuSource.EXECUTION) {
			// A sample stands for all the time until the next look, at the most
			int looks = Math.max(SamplerLooks.count(this.samples, this.inNative), 1);
			long most = Math.max(duration.toNanos() / looks, PERIOD);
			this.samples.forEach((sample) -> sample.values()[NANOS] = most);
		}
		Map<Long, Long> used = used(threads, process);
		long unknown = process - used.values().stream().mapToLong(Long::longValue).sum();
		Map<Long, Long> left = new SampleWeights(this.samples, used, NANOS, false).give(Math.max(unknown, 0));
		long rest = process;
		for (TimedSample sample : this.samples) {
			rest -= sample.values()[NANOS];
			profile.add(sample.stack(), sample.labels(), sample.values());
		}
		Map<Long, List<Map<String, String>>> unsampled = unsampledLabels();
		for (Map.Entry<Long, Long> ofThread : left.entrySet()) {
			rest -= ofThread.getValue();
			List<Frame> stack = List.of(threads.isAlive(ofThread.getKey()) ? NOT_SAMPLED : SampleWeights.ENDED);
			add(profile, stack, unsampled.getOrDefault(ofThread.getKey(), List.of(Map.of())), ofThread.getValue());
		}
		profile.add(List.of(JVM), Map.of(), 0, Math.max(rest, 0));
	}

	/** Of threads that ended no more than what is left by those that did not. */
	private Map<Long, Long> used(ThreadUsage threads, long process) {
		Map<Long, Long> used = threads.used();
		Map<Long, Long> last = this.ended.cpu();
		// JFR records the end of a thread after others see it, and so may miss it
		sampled().forEach((owner, nanos) -> {
			if (!threads.isAlive(owner) && !last.containsKey(owner)) {
				used.computeIfPresent(owner, (thread, known) -> Math.max(known, nanos));
			}
		});
		last.forEach((thread, nanos) -> used.merge(threads.owner(thread), nanos, Math::max));
		long[] sums = new long[2];
		used.forEach((owner, nanos) -> sums[threads.isAlive(owner) ? 1 : 0] += nanos);
		double share = Math.min(Math.max(process - sums[1], 0.0) / Math.max(sums[0], 1), 1);
		used.replaceAll((owner, nanos) -> threads.isAlive(owner) ? nanos : (long) (nanos * share));
		return used;
	}

	private Map<Long, Long> sampled() {
		return this.samples.stream()
			.collect(Collectors.groupingBy(TimedSample::owner,
					Collectors.summingLong((sample) -> sample.values()[NANOS])));
	}

	/**
	 * The labels of threads while they were in native code. For those that were not seen
	 * there, what all their samples have in common.
	 */
	private Map<Long, List<Map<String, String>>> unsampledLabels() {
		Map<Long, Map<String, String>> common = new HashMap<>();
		for (TimedSample sample : this.samples) {
			common.computeIfAbsent(sample.owner(), (owner) -> new HashMap<>(sample.labels()))
				.entrySet()
				.retainAll(sample.labels().entrySet());
		}
		Map<Long, List<Map<String, String>>> labels = new HashMap<>();
		common.forEach((owner, ofAll) -> labels.put(owner, List.of(ofAll)));
		labels.putAll(this.inNative.stream()
			.filter((sample) -> IO.stream().noneMatch(sample.stack().get(0).function()::startsWith))
			.collect(Collectors.groupingBy(TimedSample::owner,
					Collectors.mapping(TimedSample::labels, Collectors.toList()))));
		return labels;
	}

	private static void add(Profile profile, List<Frame> stack, List<Map<String, String>> labels, long nanos) {
		long left = nanos;
		for (int i = 0; i < labels.size(); i++) {
			long share = left / (labels.size() - i);
			profile.add(stack, labels.get(i), 0, share);
			left -= share;
		}
	}

}
