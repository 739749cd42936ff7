package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.gin.GinSlowRequests;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.sampling.Sampler;
import io.gmicro.slow.SlowRequestCounter;
import io.gmicro.slow.SlowRequests;
import io.gmicro.slow.TraceIds;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * {@link AutoConfiguration Auto-configuration} for the tracking of slow requests.
 */
@AutoConfiguration(after = SamplingAutoConfiguration.class, before = HttpMetricsAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ Filter.class, MeterRegistry.class })
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@ConditionalOnBooleanProperty(name = "gmicro.http.slow-requests.enabled", matchIfMissing = true)
@ConditionalOnBean({ MeterRegistry.class, Sampler.class })
public final class SlowRequestsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SlowRequests gmicroSlowRequests(MeterRegistry registry, ActiveExchanges active, GmicroProperties properties,
			ObjectProvider<TraceIds> traceIds, ObjectProvider<GinSlowRequests> gin,
			ObjectProvider<SlowRequestCounter> others, ListableBeanFactory beans, Sampler sampler) {
		return new SlowRequests(registry, active, SamplingAutoConfiguration.thresholds(properties),
				properties.http().slowRequests().keep(), traceIds.getIfAvailable(() -> TraceIds.NONE),
				counters(registry, properties, gin, others), ownCode(beans), sampler);
	}

	private static List<SlowRequestCounter> counters(MeterRegistry registry, GmicroProperties properties,
			ObjectProvider<GinSlowRequests> gin, ObjectProvider<SlowRequestCounter> others) {
		List<SlowRequestCounter> counters = new ArrayList<>();
		if (properties.metrics().naming().isStandard()) {
			counters.add(SlowRequestCounter.of(registry));
		}
		gin.ifAvailable((counter) -> counters.add(counter::accept));
		others.orderedStream().forEach(counters::add);
		return counters;
	}

	/**
	 * Find the application's own code: the packages of its auto-configuration, and those
	 * that it scans for components.
	 */
	static OwnCode ownCode(ListableBeanFactory beans) {
		Set<String> packages = new LinkedHashSet<>();
		if (AutoConfigurationPackages.has(beans)) {
			packages.addAll(AutoConfigurationPackages.get(beans));
		}
		OwnCode base = new OwnCode(packages);
		for (String name : beans.getBeanDefinitionNames()) {
			// It is early: do not initialize a factory bean to learn its type
			Class<?> type = (beans.findAnnotationOnBean(name, ComponentScan.class, false) != null)
					? beans.getType(name, false) : null;
			// A library may scan as well
			if (type != null && base.contains(ClassUtils.getUserClass(type).getName())) {
				packages.addAll(scannedBy(ClassUtils.getUserClass(type)));
			}
		}
		return new OwnCode(packages);
	}

	private static Set<String> scannedBy(Class<?> type) {
		Set<String> packages = new LinkedHashSet<>();
		for (ComponentScan scan : AnnotatedElementUtils.findMergedRepeatableAnnotations(type, ComponentScan.class)) {
			packages.addAll(Arrays.asList(scan.basePackages()));
			Arrays.stream(scan.basePackageClasses()).map(Class::getPackageName).forEach(packages::add);
		}
		return packages;
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Tracer.class)
	static final class TracingConfiguration {

		@Bean
		@ConditionalOnMissingBean
		TraceIds gmicroTraceIds(ObjectProvider<Tracer> tracers) {
			return () -> {
				Tracer tracer = tracers.getIfUnique();
				Span span = (tracer != null) ? tracer.currentSpan() : null;
				return (span != null) ? span.context().traceId() : null;
			};
		}

	}

}
