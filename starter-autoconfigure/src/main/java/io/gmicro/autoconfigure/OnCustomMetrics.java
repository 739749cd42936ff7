package io.gmicro.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether gmicro is on, or the configuration declares metrics while it is off.
 */
final class OnCustomMetrics extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Environment environment = context.getEnvironment();
		boolean declared = Binder.get(environment)
			.bind("gmicro.metrics.custom", Bindable.mapOf(String.class, Object.class))
			.isBound();
		boolean enabled = environment.getProperty("gmicro.metrics.enabled", Boolean.class, false);
		return new ConditionOutcome(declared || enabled,
				ConditionMessage.forCondition("gmicro's custom metrics").because("enabled or declared"));
	}

}
