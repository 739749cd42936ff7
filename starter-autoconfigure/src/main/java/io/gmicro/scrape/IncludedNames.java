package io.gmicro.scrape;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The metric families that {@code name[]} asks for. The registry knows a family without
 * the suffixes that its samples carry, while a client may write either.
 */
final class IncludedNames implements Predicate<String> {

	static final String PARAMETER = "name[]";

	private static final List<String> SUFFIXES = List.of("_total", "_created", "_bucket", "_count", "_sum", "_info");

	private final Set<String> names = new HashSet<>();

	IncludedNames(String... names) {
		for (String name : names) {
			this.names.add(name);
			for (String suffix : SUFFIXES) {
				if (name.endsWith(suffix)) {
					this.names.add(name.substring(0, name.length() - suffix.length()));
				}
			}
		}
	}

	@Override
	public boolean test(String family) {
		return this.names.contains(family);
	}

}
