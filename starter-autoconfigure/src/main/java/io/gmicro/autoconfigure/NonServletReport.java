package io.gmicro.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * Says in one line, once the application is ready, what is not measured because nothing
 * is served with servlets.
 */
final class NonServletReport implements ApplicationListener<ApplicationReadyEvent> {

	private static final Log logger = LogFactory.getLog(NonServletReport.class);

	private final boolean webFlux;

	private final GmicroProperties properties;

	private final ApplicationContext context;

	NonServletReport(boolean webFlux, GmicroProperties properties, ApplicationContext context) {
		this.webFlux = webFlux;
		this.properties = properties;
		this.context = context;
	}

	/** A parent context hears of its children as well. */
	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		if (event.getApplicationContext() != this.context) {
			return;
		}
		String missing = "HTTP requests are not recorded, "
				+ (this.properties.slo().isEmpty() ? "" : "gmicro.slo sees none, ")
				+ "and neither the metrics route nor the pages below /debug are served";
		String recorded = this.properties.metrics().enabled()
				? ". gRPC calls and gmicro.metrics.custom are recorded, and can be pushed" : "";
		if (this.webFlux) {
			logger.warn("This is a WebFlux application: " + missing + recorded
					+ (recorded.isEmpty() ? "" : " or served by /actuator/prometheus"));
		}
		else {
			logger.info("This application has no web server: " + missing + recorded);
		}
	}

}
