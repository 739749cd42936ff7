package io.gmicro.autoconfigure;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;

/**
 * {@link ManagementContextConfiguration} for what is served at {@code /metrics} and below
 * {@code /debug}: on the management port when there is one, else beside the application.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@Conditional(ServletRoutes.OnServletRoutes.class)
@Import(ServletRoutes.class)
public final class ServletRoutesManagementContextConfiguration {

}
