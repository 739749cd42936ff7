package io.gmicro.autoconfigure;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/**
 * Whether {@code gmicro.metrics.naming} asks for OpenTelemetry's names.
 */
final class OnStandardNames extends AnyNestedCondition {

	OnStandardNames() {
		super(ConfigurationPhase.REGISTER_BEAN);
	}

	@ConditionalOnProperty(name = "gmicro.metrics.naming", havingValue = "standard", matchIfMissing = true)
	static final class Standard {

	}

	@ConditionalOnProperty(name = "gmicro.metrics.naming", havingValue = "both")
	static final class Both {

	}

}
