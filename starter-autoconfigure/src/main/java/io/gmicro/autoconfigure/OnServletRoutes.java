package io.gmicro.autoconfigure;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;

/**
 * Matches if there may be anything to serve.
 */
final class OnServletRoutes extends AnyNestedCondition {

	OnServletRoutes() {
		super(ConfigurationPhase.PARSE_CONFIGURATION);
	}

	@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
	static final class Metrics {

	}

	@ConditionalOnBooleanProperty("gmicro.pprof.enabled")
	static final class Profiles {

	}

}
