package io.gmicro.scrape;

import java.util.ArrayList;
import java.util.List;

import io.gmicro.meter.WellFormed;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;

/**
 * Replaces what has no form in UTF-8 before a meter is chosen, so that no scrape has two
 * series that read the same.
 */
final class WellFormedTags implements MeterFilter {

	@Override
	public Meter.Id map(Meter.Id id) {
		for (Tag tag : id.getTagsAsIterable()) {
			if (!isWellFormed(tag)) {
				return id.replaceTags(wellFormed(id));
			}
		}
		return id;
	}

	@SuppressWarnings("ReferenceEquality")
	private static boolean isWellFormed(Tag tag) {
		return WellFormed.of(tag.getValue()) == tag.getValue();
	}

	private static List<Tag> wellFormed(Meter.Id id) {
		List<Tag> tags = new ArrayList<>();
		for (Tag tag : id.getTagsAsIterable()) {
			tags.add(Tag.of(tag.getKey(), WellFormed.of(tag.getValue())));
		}
		return tags;
	}

}
