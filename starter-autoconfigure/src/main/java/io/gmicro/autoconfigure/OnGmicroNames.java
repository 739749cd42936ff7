package io.gmicro.autoconfigure;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/**
 * Whether {@code gmicro.metrics.naming} asks for the names of the Go framework.
 */
final class OnGmicroNames extends AnyNestedCondition {

	OnGmicroNames() {
		super(ConfigurationPhase.REGISTER_BEAN);
	}

	@ConditionalOnProperty(name = "gmicro.metrics.naming", havingValue = "gmicro")
	static final class Gmicro {

	}

	@ConditionalOnProperty(name = "gmicro.metrics.naming", havingValue = "both")
	static final class Both {

	}

}
