package io.gmicro.autoconfigure;

import java.util.List;

import io.gmicro.custom.CustomMetric;
import io.gmicro.slo.ServiceLevelObjective;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;

/**
 * Hints for native images: types that are bound as values of maps, the style sheets, and
 * methods of the containers and of threads that are called by reflection.
 */
final class GmicroRuntimeHints implements RuntimeHintsRegistrar {

	private static final String[] CONTAINER_TYPES = { "org.apache.catalina.connector.Response",
			"org.apache.catalina.connector.ResponseFacade", "org.apache.catalina.connector.Request",
			"org.apache.catalina.connector.RequestFacade", "org.eclipse.jetty.ee10.servlet.ServletApiResponse",
			"org.eclipse.jetty.ee10.servlet.ServletChannel", "org.eclipse.jetty.ee11.servlet.ServletApiResponse",
			"org.eclipse.jetty.ee11.servlet.ServletChannel" };

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		BindableRuntimeHintsRegistrar.forTypes(GmicroProperties.class, CustomMetric.class, ServiceLevelObjective.class)
			.registerHints(hints);
		hints.resources().registerPattern("io/gmicro/*.css").registerPattern("io/gmicro/*/*.css");
		for (String type : CONTAINER_TYPES) {
			hints.reflection().registerTypeIfPresent(classLoader, type, MemberCategory.INVOKE_PUBLIC_METHODS);
		}
		hints.reflection()
			.registerType(Thread.class, (thread) -> thread.withMethod("isVirtual", List.of(), ExecutableMode.INVOKE));
	}

}
