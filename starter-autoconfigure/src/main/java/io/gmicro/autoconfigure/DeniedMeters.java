package io.gmicro.autoconfigure;

import java.util.Collection;
import java.util.List;
import java.util.Set;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.noop.NoopMeter;

/**
 * Finds out whether the filters of a registry deny a meter. The only way is to register a
 * meter and remove it, so do this before the first request.
 */
final class DeniedMeters {

	/** Description of the meters that are registered for the check only. */
	static final String DESCRIPTION = "Whether filters deny it";

	private DeniedMeters() {
	}

	/**
	 * Whether meters with a name are denied by every registry.
	 * @param registry the registry, which may be a composite
	 * @param name the name of the meters
	 * @param labels the keys of their tags
	 */
	static boolean contain(MeterRegistry registry, String name, Collection<String> labels) {
		Tags tags = Tags.empty();
		for (String label : labels) {
			tags = tags.and(label, "none");
		}
		try {
			return !isPublished(registry, name) && isDenied(registry, name, tags);
		}
		catch (RuntimeException | Error ex) {
			// A meter of another type exists, or a filter fails: do not stop the start
			return false;
		}
	}

	private static boolean isPublished(MeterRegistry registry, String name) {
		return (registry instanceof CompositeMeterRegistry composite)
				? composite.getRegistries().stream().anyMatch((part) -> isPublished(part, name))
				: registry.find(name).meter() != null;
	}

	private static boolean isDenied(MeterRegistry registry, String name, Iterable<Tag> tags) {
		Meter meter = Meter.builder(name, Meter.Type.OTHER, List.of())
			.description(DESCRIPTION)
			.tags(tags)
			.register(registry);
		if (meter instanceof NoopMeter) {
			return true;
		}
		try {
			Set<MeterRegistry> parts = (registry instanceof CompositeMeterRegistry composite)
					? composite.getRegistries() : Set.of();
			boolean denied = !parts.isEmpty();
			for (MeterRegistry part : parts) {
				denied &= isDenied(part, meter.getId().getName(), meter.getId().getTags());
			}
			return denied;
		}
		finally {
			registry.remove(meter);
		}
	}

}
