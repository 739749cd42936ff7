package io.gmicro.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/**
 * Says in one line, once the application is ready, where profiles are served and to whom.
 */
final class PprofReport implements ApplicationListener<ApplicationReadyEvent> {

	private static final Log logger = LogFactory.getLog(PprofReport.class);

	private final GmicroProperties properties;

	PprofReport(GmicroProperties properties) {
		this.properties = properties;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		Environment environment = event.getApplicationContext().getEnvironment();
		if (ServedAt.nowhere(environment)) {
			logger.info("No profiles: management.server.port=-1");
			return;
		}
		String served = "Profiles are at " + ServedAt.describe(environment, this.properties.pprof().path() + "/");
		switch (this.properties.diagnostics().access()) {
			case LOCAL -> logger.info(served + ", for this host only: gmicro.diagnostics.access=local");
			case AUTHENTICATED -> logger.info(served + ", for authenticated users");
			case UNRESTRICTED -> logger.warn(served + ", for everybody: gmicro.diagnostics.access=unrestricted");
		}
	}

}
