package io.gmicro.autoconfigure;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.RequestEvents;
import io.gmicro.pprof.PprofServlet;
import io.gmicro.recorder.ProfileHistory;
import io.gmicro.recorder.Profiler;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.servlet.Servlet;
import jdk.jfr.FlightRecorder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.SmartLifecycle;

/**
 * {@link AutoConfiguration Auto-configuration} for the profiles that {@link PprofServlet}
 * serves. Profiles do not need metrics, but samples are labelled with requests only if
 * requests are recorded.
 */
@AutoConfiguration(after = { SamplingAutoConfiguration.class, SlowRequestsAutoConfiguration.class },
		before = HttpMetricsAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(Servlet.class)
@ConditionalOnBooleanProperty("gmicro.pprof.enabled")
@EnableConfigurationProperties(GmicroProperties.class)
public final class PprofAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	Profiler gmicroProfiler(GmicroProperties properties) {
		GmicroProperties.History history = properties.pprof().history();
		return history.enabled() ? new Profiler(new ProfileHistory(history.keep(), history.maxMemory().toBytes()))
				: new Profiler();
	}

	@Bean
	ProfilerLifecycle gmicroProfilerLifecycle(Profiler profiler) {
		return new ProfilerLifecycle(profiler);
	}

	/**
	 * Metrics of the profiles themselves.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
	static final class ProfileMetricsConfiguration {

		@Bean
		MeterBinder gmicroProfileMetrics(Profiler profiler) {
			return (registry) -> FunctionCounter.builder("gmicro.profile.restarts", profiler, Profiler::restarts)
				.description("Times that the recording of profiles failed or had to be started again")
				.register(registry);
		}

	}

	/**
	 * Events that label samples with the request during which they were taken.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ FlightRecorder.class, MeterRegistry.class })
	@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
	@ConditionalOnBean(MeterRegistry.class)
	static final class RequestLabelsConfiguration {

		@Bean
		@ConditionalOnMissingBean
		RequestEvents gmicroRequestEvents(ObjectProvider<ActiveExchanges> active) {
			return new RequestEvents(active::getIfAvailable);
		}

	}

	/**
	 * Starts the cumulative profiles with the application. Stops in the first phase,
	 * which ends running profiles before the server waits for its requests to complete.
	 */
	static final class ProfilerLifecycle implements SmartLifecycle {

		private final Profiler profiler;

		private volatile boolean running;

		ProfilerLifecycle(Profiler profiler) {
			this.profiler = profiler;
		}

		@Override
		public void start() {
			this.running = true;
			this.profiler.start();
		}

		@Override
		public void stop() {
			this.running = false;
			this.profiler.close();
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

}
