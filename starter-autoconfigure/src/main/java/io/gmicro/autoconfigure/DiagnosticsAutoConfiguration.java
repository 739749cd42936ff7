package io.gmicro.autoconfigure;

import io.gmicro.diagnostics.AccessRule;
import io.gmicro.diagnostics.AccessToken;
import jakarta.servlet.Servlet;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * {@link AutoConfiguration Auto-configuration} for what all pages of diagnostics share:
 * who may open them.
 */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(Servlet.class)
@Conditional(OnDiagnostics.class)
@EnableConfigurationProperties(GmicroProperties.class)
public final class DiagnosticsAutoConfiguration {

	private static final String ROOT = "/debug";

	@Bean
	AccessRule gmicroAccessRule(GmicroProperties properties) {
		GmicroProperties.Diagnostics diagnostics = properties.diagnostics();
		return switch (diagnostics.access()) {
			case LOCAL -> AccessRule.local(token(diagnostics, properties.pprof()));
			case AUTHENTICATED -> AccessRule.authenticated(diagnostics.role());
			case UNRESTRICTED -> AccessRule.unrestricted();
		};
	}

	private static AccessToken token(GmicroProperties.Diagnostics diagnostics, GmicroProperties.Pprof pprof) {
		String cookiePath = pprof.path().startsWith(ROOT + "/") ? ROOT : "/";
		return diagnostics.token().isEmpty() ? AccessToken.generate(cookiePath)
				: AccessToken.of(diagnostics.token(), cookiePath);
	}

	@Bean
	DiagnosticsReport gmicroDiagnosticsReport(GmicroProperties properties, AccessRule access) {
		return new DiagnosticsReport(properties, access);
	}

}
