package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.gmicro.grpc.ClientMetricsInterceptor;
import io.gmicro.grpc.OriginalCallMetrics;
import io.gmicro.grpc.ServerMetricsInterceptor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/**
 * Says in one line, once the application is ready, which gRPC calls are being recorded.
 */
final class GrpcStartupReport implements ApplicationListener<ApplicationReadyEvent> {

	private static final Log logger = LogFactory.getLog(GrpcStartupReport.class);

	private final GmicroProperties properties;

	GrpcStartupReport(GmicroProperties properties) {
		this.properties = properties;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		ListableBeanFactory beans = event.getApplicationContext().getBeanFactory();
		GmicroProperties.Naming naming = this.properties.metrics().naming();
		if (naming.isGmicro() && isMissing(OriginalCallMetrics.class, beans)) {
			logger.warn("gmicro.metrics.naming=" + naming.name().toLowerCase(Locale.ROOT)
					+ ", but no gRPC call is recorded under the names of gmicro: the application has no "
					+ "PrometheusMeterRegistry. Add io.micrometer:micrometer-registry-prometheus");
		}
		List<String> recorded = new ArrayList<>();
		if (!isMissing(ServerMetricsInterceptor.class, beans)) {
			recorded.add("servers");
		}
		if (!isMissing(ClientMetricsInterceptor.class, beans)) {
			recorded.add("clients");
		}
		logger.info("Recording the gRPC calls of " + (recorded.isEmpty() ? "nobody" : String.join(" and ", recorded)));
	}

	private static boolean isMissing(Class<?> type, ListableBeanFactory beans) {
		return beans.getBeanNamesForType(type).length == 0;
	}

}
