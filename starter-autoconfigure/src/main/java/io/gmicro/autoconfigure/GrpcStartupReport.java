package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import io.gmicro.gin.GoCallMetrics;
import io.gmicro.grpc.CallMetrics;
import io.gmicro.grpc.ClientMetricsInterceptor;
import io.gmicro.grpc.ServerMetricsInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/**
 * Logs in one line which gRPC calls are recorded, once the application is ready.
 */
final class GrpcStartupReport implements ApplicationListener<ApplicationReadyEvent>, SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(GrpcStartupReport.class);

	private static final List<String> LABELS = List.of("rpc.system.name", "rpc.method", CallMetrics.STATUS_LABEL);

	private final GmicroProperties properties;

	private final ObjectProvider<MeterRegistry> registries;

	private final Set<String> denied = new HashSet<>();

	GrpcStartupReport(GmicroProperties properties, ObjectProvider<MeterRegistry> registries) {
		this.properties = properties;
		this.registries = registries;
	}

	/** Before the first call, as the check registers meters. */
	@Override
	public void afterSingletonsInstantiated() {
		MeterRegistry registry = this.registries.getIfUnique();
		if (registry == null) {
			return;
		}
		for (String side : List.of("server", "client")) {
			if (DeniedMeters.contain(registry, "rpc." + side + ".call.duration", LABELS)
					&& DeniedMeters.contain(registry, "rpc." + side + ".responses", LABELS)) {
				this.denied.add(side);
			}
		}
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		ListableBeanFactory beans = event.getApplicationContext().getBeanFactory();
		GmicroProperties.Naming naming = this.properties.metrics().naming();
		boolean original = naming.isGmicro() && !isMissing(GoCallMetrics.class, beans);
		if (naming.isGmicro() && !original) {
			logger.warn("gmicro.metrics.naming=" + naming.name().toLowerCase(Locale.ROOT)
					+ ", but no gRPC call is recorded under the names of gmicro: the application has no "
					+ "PrometheusMeterRegistry. Add io.micrometer:micrometer-registry-prometheus");
		}
		List<String> recorded = new ArrayList<>();
		if (!isMissing(ServerMetricsInterceptor.class, beans) && isRecorded("server", original)) {
			recorded.add("servers");
		}
		if (!isMissing(ClientMetricsInterceptor.class, beans) && isRecorded("client", original)) {
			recorded.add("clients");
		}
		logger.info(recorded.isEmpty() ? "Recording gRPC calls: none"
				: "Recording the gRPC calls of " + String.join(" and ", recorded));
	}

	private boolean isRecorded(String side, boolean original) {
		return original || (this.properties.metrics().naming().isStandard() && !this.denied.contains(side));
	}

	private static boolean isMissing(Class<?> type, ListableBeanFactory beans) {
		return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, type).length == 0;
	}

}
