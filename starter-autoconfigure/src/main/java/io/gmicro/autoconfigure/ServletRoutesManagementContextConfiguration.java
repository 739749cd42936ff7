package io.gmicro.autoconfigure;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.context.annotation.Import;

/**
 * {@link ManagementContextConfiguration} for what is served at {@code /metrics} and below
 * {@code /debug}: on the management port when there is one, else beside the application.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@Import(ServletRoutes.class)
public final class ServletRoutesManagementContextConfiguration {

}
