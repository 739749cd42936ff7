package io.gmicro.autoconfigure;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;

/**
 * Whether there is any page of diagnostics.
 */
final class OnDiagnostics extends AnyNestedCondition {

	OnDiagnostics() {
		super(ConfigurationPhase.PARSE_CONFIGURATION);
	}

	@ConditionalOnBooleanProperty("gmicro.pprof.enabled")
	static final class Profiles {

	}

	@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
	@ConditionalOnBooleanProperty("gmicro.http.slow-requests.endpoint.enabled")
	static final class Requests {

	}

}
