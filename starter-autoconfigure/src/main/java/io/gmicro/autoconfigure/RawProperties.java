package io.gmicro.autoconfigure;

import java.util.regex.Pattern;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/**
 * What {@link GmicroProperties} do not show once they are bound.
 */
final class RawProperties {

	private RawProperties() {
	}

	/** Whether a list is set, even if to its default. */
	static boolean isSet(Environment environment, String list) {
		return Binder.get(environment).bind(list, Bindable.listOf(String.class)).isBound();
	}

	/**
	 * Reject map keys with characters that Spring Boot would drop silently, which would
	 * leave another name.
	 */
	static void requireKeys(ConfigurableEnvironment environment, String prefix, String allowed) {
		Pattern valid = Pattern.compile(Pattern.quote(prefix) + "[\\w-]+(\\..*)?");
		for (PropertySource<?> source : environment.getPropertySources()) {
			if (source instanceof EnumerablePropertySource<?> names) {
				for (String property : names.getPropertyNames()) {
					if (property.startsWith(prefix) && !valid.matcher(property).matches()) {
						throw new InvalidConfigurationPropertyValueException(property, source.getProperty(property),
								allowed);
					}
				}
			}
		}
	}

}
