package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.gmicro.jfr.JfrFile;
import io.gmicro.jfr.JfrStacks;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import jdk.jfr.consumer.RecordedEvent;
import org.jspecify.annotations.Nullable;

/**
 * Builds a profile of events.
 */
final class EventProfileBuilder implements ProfileBuilder {

	private final JfrStacks stacks = new JfrStacks();

	private final EventProfile events;

	private final Set<SampleLabel> labels;

	private final Profile profile;

	private final List<TimedSample> samples = new ArrayList<>();

	private final @Nullable Allocations allocations;

	EventProfileBuilder(EventProfile events, Set<SampleLabel> labels) {
		this.events = events;
		this.labels = labels;
		this.profile = events.create();
		this.allocations = (events == EventProfile.ALLOCS) ? new Allocations() : null;
	}

	@Override
	public Map<String, Map<String, String>> events() {
		Map<String, Map<String, String>> recorded = new HashMap<>(this.events.events());
		recorded.putAll(SampleLabel.events(this.labels));
		return recorded;
	}

	@Override
	public void tick() {
		if (this.allocations != null) {
			this.allocations.update();
		}
	}

	@Override
	public void end() {
		tick();
	}

	@Override
	public void add(RecordedEvent event) {
		this.events.read(event, this.stacks, (stack, values) -> add(event, stack, values));
	}

	private void add(RecordedEvent event, List<Frame> stack, long[] values) {
		Map<String, String> own = SampleLabel.of(event, event.getThread(), this.labels);
		if (SampleLabel.needRequests(this.labels) || this.allocations != null) {
			this.samples.add(new TimedSample(event.getThread(), event.getStartTime(), stack, values, own));
		}
		else {
			this.profile.add(stack, own, values);
		}
	}

	@Override
	public void added(JfrFile file) throws IOException {
		SampleLabel.setFromRequests(this.samples, file, this.labels);
		this.stacks.clear();
	}

	@Override
	public Profile build(Duration duration) {
		if (this.allocations != null) {
			this.samples.forEach(this.allocations::add);
			this.allocations.countAll(this.profile::add);
		}
		else {
			this.samples.forEach((sample) -> this.profile.add(sample.stack(), sample.labels(), sample.values()));
		}
		this.profile.time(Instant.now()).duration(duration);
		this.stacks.commentOn(this.profile);
		return this.profile;
	}

}
