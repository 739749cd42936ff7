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
import org.jspecify.annotations.Nullable;

/**
 * Watches what a profile is made of for a while.
 */
final class EventWindow implements Window {

	private static final int BYTES = 1;

	private final JfrStacks stacks = new JfrStacks();

	private final EventProfile events;

	private final Set<SampleLabel> labels;

	private final Recording recording;

	private final @Nullable ThreadUse memory;

	EventWindow(EventProfile events, Set<SampleLabel> labels) {
		this.events = events;
		this.labels = labels;
		this.memory = (events == EventProfile.ALLOCS) ? ThreadUse.ofMemory() : null;
		Map<String, Map<String, String>> recorded = new HashMap<>(events.events());
		if (RequestLabels.areNeeded(labels)) {
			recorded.put(RequestLabels.EVENT, Map.of());
		}
		this.recording = Jfr.start(recorded);
	}

	@Override
	public void tick() {
		if (this.memory != null) {
			this.memory.update();
		}
	}

	@Override
	public Profile finish(Duration duration) throws IOException {
		tick();
		this.recording.stop();
		Profile profile = this.events.create().time(Instant.now()).duration(duration);
		try (JfrFile file = JfrFile.of(this.recording)) {
			if (this.labels.isEmpty() && this.memory == null) {
				file.forEach((event) -> this.events.read(event, this.stacks,
						(stack, values) -> profile.add(stack, Map.of(), values)));
			}
			else {
				samples(file).forEach((sample) -> profile.add(sample.stack(), sample.labels(), sample.values()));
			}
		}
		this.stacks.commentOn(profile);
		return profile;
	}

	private List<TimedSample> samples(JfrFile file) throws IOException {
		List<TimedSample> samples = new ArrayList<>();
		file.forEach((event) -> this.events.read(event, this.stacks, (stack, values) -> samples
			.add(new TimedSample(event.getThread(), event.getStartTime(), stack, values, this.labels))));
		if (RequestLabels.areNeeded(this.labels)) {
			file.forEach(new RequestLabels(samples, this.labels)::read);
		}
		if (this.memory != null) {
			AllocationGaps.mend(samples);
			new Shares(samples, this.memory, BYTES).giveToLiving();
		}
		return samples;
	}

	@Override
	public void close() {
		this.recording.close();
	}

}
