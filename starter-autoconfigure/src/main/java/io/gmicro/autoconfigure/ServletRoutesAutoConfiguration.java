package io.gmicro.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;

/**
 * {@link AutoConfiguration Auto-configuration} for the servlets at {@code /metrics} and
 * below {@code /debug} in an application without actuator, which has no management
 * context.
 */
@AutoConfiguration(after = { GmicroAutoConfiguration.class, PprofAutoConfiguration.class,
		CapturesAutoConfiguration.class, SlowRequestsAutoConfiguration.class })
@ConditionalOnMissingClass("org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@Conditional(ServletRoutes.OnServletRoutes.class)
@Import(ServletRoutes.class)
public final class ServletRoutesAutoConfiguration {

}
