package io.gmicro.autoconfigure;

import java.util.regex.Pattern;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/**
 * Looks at the keys of maps as they were written. Spring Boot drops characters that it
 * does not allow in them, so that a name of another meaning would be left.
 */
final class MapKeys {

	private MapKeys() {
	}

	static void requireAsWritten(ConfigurableEnvironment environment, String prefix, String allowed) {
		Pattern asWritten = Pattern.compile(Pattern.quote(prefix) + "[\\w-]+(\\..*)?");
		for (PropertySource<?> source : environment.getPropertySources()) {
			if (source instanceof EnumerablePropertySource<?> names) {
				for (String property : names.getPropertyNames()) {
					if (property.startsWith(prefix) && !asWritten.matcher(property).matches()) {
						throw new InvalidConfigurationPropertyValueException(property, source.getProperty(property),
								allowed);
					}
				}
			}
		}
	}

}
