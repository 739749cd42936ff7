package io.gmicro.autoconfigure;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Which lists are set, be it to their defaults.
 */
final class SetProperties {

	private SetProperties() {
	}

	static boolean isSet(Environment environment, String list) {
		return Binder.get(environment).bind(list, Bindable.listOf(String.class)).isBound();
	}

}
