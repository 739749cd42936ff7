package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import io.gmicro.capture.Captures;
import io.gmicro.diagnostics.AccessRule;
import io.gmicro.diagnostics.AccessToken;
import io.gmicro.slow.SlowRequests;
import jakarta.servlet.Servlet;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * {@link AutoConfiguration Auto-configuration} for the access rule of the diagnostics.
 */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(Servlet.class)
@Conditional(DiagnosticsAutoConfiguration.OnDiagnostics.class)
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

	/**
	 * Matches if any page of the diagnostics may be served.
	 */
	static final class OnDiagnostics extends AnyNestedCondition {

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

		@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
		@ConditionalOnBooleanProperty("gmicro.captures.enabled")
		static final class CapturesEnabled {

		}

	}

	/**
	 * Logs the URLs of the diagnostics and who may open them once the application is
	 * ready. The URLs contain the access token only if it is generated.
	 */
	static final class DiagnosticsReport implements ApplicationListener<ApplicationReadyEvent> {

		private static final Log logger = LogFactory.getLog("io.gmicro.autoconfigure.DiagnosticsReport");

		private final GmicroProperties properties;

		private final AccessRule access;

		DiagnosticsReport(GmicroProperties properties, AccessRule access) {
			this.properties = properties;
			this.access = access;
		}

		@Override
		public void onApplicationEvent(ApplicationReadyEvent event) {
			ApplicationContext context = event.getApplicationContext();
			if (ServedAt.nowhere(context.getEnvironment())) {
				logger.info("No diagnostics: management.server.port=-1");
				return;
			}
			ServedAt server = new ServedAt(context);
			List<String> urls = urls(server, context);
			if (urls.isEmpty()) {
				return;
			}
			GmicroProperties.Diagnostics diagnostics = this.properties.diagnostics();
			switch (diagnostics.access()) {
				case LOCAL -> local(urls, diagnostics.token().isEmpty(), server.isReachableLocally());
				case AUTHENTICATED -> logger.info("Diagnostics for users with the role " + diagnostics.role()
						+ " (gmicro.diagnostics.access=authenticated): " + String.join(" ", urls));
				case UNRESTRICTED ->
					logger.warn("Diagnostics for all clients (gmicro.diagnostics.access=unrestricted): "
							+ String.join(" ", urls));
			}
		}

		private List<String> urls(ServedAt server, ApplicationContext context) {
			List<String> urls = new ArrayList<>();
			if (this.properties.pprof().enabled()) {
				urls.add(server.url(this.properties.pprof().path() + "/"));
			}
			if (this.properties.http().slowRequests().endpoint().enabled()
					&& context.getBeanNamesForType(SlowRequests.class, false, false).length > 0) {
				urls.add(server.url(ServletRoutes.SLOW_REQUESTS_PATH));
			}
			if (this.properties.captures().enabled()
					&& context.getBeanNamesForType(Captures.class, false, false).length > 0) {
				urls.add(server.url(ServletRoutes.CAPTURES_PATH));
			}
			return urls;
		}

		private void local(List<String> urls, boolean generated, boolean reachable) {
			if (!reachable) {
				logger.warn("No client can open the diagnostics: gmicro.diagnostics.access=local needs a server that "
						+ "listens at a loopback address: " + String.join(" ", urls));
			}
			else if (generated) {
				logger.info("Diagnostics for this host only (gmicro.diagnostics.access=local): "
						+ urls.stream().map(this.access::authorize).collect(Collectors.joining(" ")));
			}
			else {
				logger.info("Diagnostics for this host only (gmicro.diagnostics.access=local), with the token set as "
						+ "gmicro.diagnostics.token: " + String.join(" ", urls));
			}
		}

	}

}
