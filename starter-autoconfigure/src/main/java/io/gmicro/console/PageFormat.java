package io.gmicro.console;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * The formats of the page.
 */
enum PageFormat {

	HTML("text/html"), JSON("application/json"), TEXT("text/plain");

	private final String type;

	PageFormat(String type) {
		this.type = type;
	}

	String contentType() {
		return this.type + ";charset=utf-8";
	}

	/**
	 * The format with a name.
	 * @param name any text
	 * @return the format, or {@code null} if no format has that name
	 */
	static @Nullable PageFormat named(String name) {
		for (PageFormat format : values()) {
			if (format.name().toLowerCase(Locale.ROOT).equals(name)) {
				return format;
			}
		}
		return null;
	}

	/**
	 * The preferred format.
	 * @param accept the value of the header {@code Accept}
	 * @return the format with the highest quality, HTML if none is named
	 */
	static PageFormat negotiate(String accept) {
		PageFormat preferred = HTML;
		double highest = 0;
		for (String range : accept.toLowerCase(Locale.ROOT).split(",")) {
			String[] parts = range.split(";");
			double quality = quality(parts);
			for (PageFormat format : values()) {
				if (quality > highest && parts.length > 0 && parts[0].trim().equals(format.type)) {
					preferred = format;
					highest = quality;
				}
			}
		}
		return preferred;
	}

	private static double quality(String[] parts) {
		for (int i = 1; i < parts.length; i++) {
			String parameter = parts[i].trim();
			if (parameter.startsWith("q=")) {
				return parameter.matches("q=[01](\\.[0-9]{0,3})?") ? Double.parseDouble(parameter.substring(2)) : 0;
			}
		}
		return 1;
	}

}
