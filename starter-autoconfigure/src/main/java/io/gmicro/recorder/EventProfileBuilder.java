package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.gmicro.jfr.JfrEvents;
import io.gmicro.jfr.JfrFile;
import io.gmicro.jfr.JfrStacks;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import org.jspecify.annotations.Nullable;

/**
 * Collects a profile of events.
 */
final class EventCollector implements ProfileCollector {

	private final JfrStacks stacks = new JfrStacks();

	private final EventProfile events;

	private final Set<SampleLabel> labels;

	private final Profile profile;

	private final List<TimedSample> samples = new ArrayList<>();

	private final JfrEvents recording;

	private final @Nullable Allocations allocations;

	EventCollector(EventProfile events, Set<SampleLabel> labels) throws ProfilingException {
		this.events = events;
		this.labels = labels;
		this.profile = events.create();
		this.allocations = (events == EventProfile.ALLOCS) ? new Allocations() : null;
		Map<String, Map<String, String>> recorded = new HashMap<>(events.events());
		recorded.putAll(SampleLabel.events(labels));
		this.recording = JfrEvents.openWindow(recorded, this::read);
	}

	@Override
	public void tick() {
		if (this.allocations != null) {
			this.allocations.update();
		}
	}

	private void read(JfrFile file) throws IOException {
		if (this.labels.isEmpty() && this.allocations == null) {
			file.forEach((event) -> this.events.read(event, this.stacks,
					(stack, values) -> this.profile.add(stack, Map.of(), values)));
		}
		else {
			file.forEach((event) -> this.events.read(event, this.stacks, (stack, values) -> this.samples
				.add(new TimedSample(event.getThread(), event.getStartTime(), stack, values, this.labels))));
			SampleLabel.setFromRequests(this.samples, file, this.labels);
		}
		this.stacks.clear();
	}

	@Override
	public Profile finish(Duration duration) throws ProfilingException {
		tick();
		this.recording.finish();
		if (this.allocations != null) {
			this.samples.forEach(this.allocations::add);
			this.allocations.countAll(this.profile::add);
		}
		else {
			this.samples.forEach((sample) -> this.profile.add(sample.stack(), sample.labels(), sample.values()));
		}
		this.profile.time(Instant.now()).duration(duration);
		this.recording.commentOn(this.profile);
		this.stacks.commentOn(this.profile);
		return this.profile;
	}

	@Override
	public void close() {
		this.recording.close();
	}

}
