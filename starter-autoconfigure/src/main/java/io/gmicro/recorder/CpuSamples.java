package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.gmicro.jfr.JfrFile;
import io.gmicro.jfr.JfrStacks;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import jdk.jfr.consumer.RecordedEvent;

/**
 * Scales the samples of running threads to the CPU time that the operating system
 * accounts to the process. Time without a sample is under a frame in brackets. Not
 * thread-safe.
 */
final class CpuSamples {

	static final Frame JVM = Frame.named("[jvm: gc, jit and native threads]");

	static final Frame NOT_SAMPLED = Frame.named("[native or not sampled]");

	static final Frame NOT_WALKABLE = Frame.named("[java: stack not walkable]");

	/** As in Go. */
	static final Duration PERIOD = Duration.ofMillis(10);

	private static final int NANOS = 1;

	/** {@code MAX_NR_OF_JAVA_SAMPLES} in HotSpot's jfrThreadSampler.cpp. */
	private static final int MAX_PER_ROUND = 5;

	/** In these methods, threads in native code mostly wait. */
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
	 * Sets the labels of the samples so far, in any of which a request may have ended.
	 * @param file the file that was read last
	 * @throws IOException if it cannot be read
	 */
	void setLabels(JfrFile file) throws IOException {
		if (SampleLabel.needRequests(this.labels)) {
			List<TimedSample> all = new ArrayList<>(this.samples);
			all.addAll(this.inNative);
			SampleLabel.setFromRequests(all, file, this.labels);
		}
	}

	/** Adds an event. Other events are ignored. */
	void add(RecordedEvent event) {
		String name = event.getEventType().getName();
		if (name.equals(this.source.event())) {
			this.samples.add((this.source == CpuSource.CPU_TIME)
					? sample(event, "eventThread", event.getDuration("samplingPeriod").toNanos())
					: sample(event, "sampledThread", PERIOD.toNanos()));
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
				(stack != null) ? stack : List.of(NOT_WALKABLE), new long[] { 1, nanos },
				SampleLabel.of(event, event.getThread(thread), this.labels));
	}

	/**
	 * Adds the samples, and the time without a sample, to a profile.
	 * @param profile the profile
	 * @param threads the CPU time of the threads
	 * @param process the CPU time of the process
	 * @param duration the length of the recording
	 */
	void addTo(Profile profile, ThreadUsage threads, long process, Duration duration) {
		if (this.source == CpuSource.EXECUTION) {
			// A sample represents at most the time until the next round
			long most = Math.max(duration.toNanos() / Math.max(rounds(), 1), PERIOD.toNanos());
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

	/**
	 * The CPU time of each thread. Threads that ended get at most what the running
	 * threads leave of the CPU time of the process.
	 */
	private Map<Long, Long> used(ThreadUsage threads, long process) {
		Map<Long, Long> used = threads.used();
		Map<Long, Long> last = this.ended.cpu();
		// JFR may miss the end of a thread, which it records after isAlive() is false
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

	/**
	 * The minimum number of times that JFR sampled each thread, 0 without samples. JFR
	 * samples every 10 ms, less often on a busy machine: up to five threads in Java code,
	 * in turn, then one in native code. Some thread of a server always waits for
	 * connections in native code, so each native sample marks the end of a round. If a
	 * round has the maximum of samples, other threads may have been skipped; then the
	 * thread with the most samples shows the number of rounds.
	 */
	private int rounds() {
		TreeMap<Long, List<Long>> rounds = new TreeMap<>();
		this.inNative.forEach((sample) -> rounds.put(sample.time(), new ArrayList<>()));
		Map<Long, Integer> found = new HashMap<>();
		for (TimedSample sample : this.samples) {
			found.merge(sample.thread(), 1, Integer::sum);
			Map.Entry<Long, List<Long>> round = rounds.ceilingEntry(sample.time());
			if (round != null) {
				round.getValue().add(sample.thread());
			}
		}
		Map<Long, Integer> inFullRounds = new HashMap<>();
		int complete = 0;
		for (List<Long> threads : rounds.values()) {
			if (threads.size() < MAX_PER_ROUND) {
				complete++;
			}
			else {
				threads.forEach((thread) -> inFullRounds.merge(thread, 1, Integer::sum));
			}
		}
		return Math.max(complete + most(inFullRounds), most(found));
	}

	private static int most(Map<Long, Integer> counts) {
		return counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
	}

	private Map<Long, Long> sampled() {
		return this.samples.stream()
			.collect(Collectors.groupingBy(TimedSample::owner,
					Collectors.summingLong((sample) -> sample.values()[NANOS])));
	}

	/**
	 * The labels of the time without a sample, by thread: those of its samples in native
	 * code or, without any, the labels that all its samples share.
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
