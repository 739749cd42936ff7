package io.gmicro.autoconfigure;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.gmicro.capture.CaptureConditions;
import io.gmicro.capture.CaptureContent;
import io.gmicro.capture.CaptureCounts;
import io.gmicro.capture.CaptureReason;
import io.gmicro.capture.CaptureTrigger;
import io.gmicro.capture.Captures;
import io.gmicro.console.JsonPage;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.jfr.Platform;
import io.gmicro.recorder.ProfileHistory;
import io.gmicro.recorder.ProfileKind;
import io.gmicro.recorder.Profiler;
import io.gmicro.recorder.ThreadDump;
import io.gmicro.slow.SlowRequestCounter;
import io.gmicro.slow.SlowRequests;
import io.gmicro.wall.WallFilter;
import io.gmicro.wall.WallProfiles;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.Filter;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * {@link AutoConfiguration Auto-configuration} for captures of the diagnostics when
 * something goes wrong.
 */
@AutoConfiguration(after = SamplingAutoConfiguration.class, before = HttpMetricsAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ Filter.class, MeterRegistry.class })
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@ConditionalOnBooleanProperty("gmicro.captures.enabled")
@ConditionalOnBean(MeterRegistry.class)
public final class CapturesAutoConfiguration {

	/** A reason is captured while it holds, but not right at its beginning. */
	private static final Duration DELAY = Duration.ofSeconds(20);

	@Bean
	CaptureCounts gmicroCaptureCounts() {
		return new CaptureCounts();
	}

	@Bean
	SlowRequestCounter gmicroCapturedSlowRequests(CaptureCounts counts) {
		return (exchange) -> counts.slow();
	}

	@Bean
	@ConditionalOnMissingBean
	Captures gmicroCaptures(GmicroProperties properties, CaptureCounts counts, MeterRegistry registry,
			ObjectProvider<ActiveExchanges> active, ObjectProvider<Profiler> profiler,
			ObjectProvider<WallProfiles> wall, ObjectProvider<SlowRequests> requests,
			ObjectProvider<CaptureContent> others) {
		GmicroProperties.Captures captures = properties.captures();
		return new Captures(
				new Captures.Settings(captures.directory().isEmpty() ? null : Path.of(captures.directory()),
						captures.keep(), captures.maxSize().toBytes(), DELAY, captures.interval()),
				triggers(captures, counts, active.getIfAvailable()),
				contents(profiler.getIfAvailable(), wall.getIfAvailable(), requests, others),
				() -> endWindow(profiler.getIfAvailable()), registry);
	}

	private static void endWindow(@Nullable Profiler profiler) {
		ProfileHistory history = (profiler != null) ? profiler.history() : null;
		if (history != null) {
			history.endWindow();
		}
	}

	private static List<CaptureTrigger> triggers(GmicroProperties.Captures captures, CaptureCounts counts,
			@Nullable ActiveExchanges active) {
		List<CaptureTrigger> triggers = new ArrayList<>();
		if (captures.slowRequests() > 0) {
			triggers.add(new CaptureTrigger(CaptureReason.SLOW_REQUESTS,
					CaptureConditions.burst("slow requests", counts::slowRequests, captures.slowRequests())));
		}
		if (captures.serverErrors() > 0) {
			triggers.add(new CaptureTrigger(CaptureReason.SERVER_ERRORS,
					CaptureConditions.burst("server errors", counts::serverErrors, captures.serverErrors())));
		}
		LongSupplier cpuTime = cpuTime();
		if (captures.cpu() > 0 && cpuTime != null) {
			triggers.add(new CaptureTrigger(CaptureReason.CPU, CaptureConditions.cpu(cpuTime, captures.cpu())));
		}
		if (captures.heap() > 0) {
			triggers.add(new CaptureTrigger(CaptureReason.HEAP, CaptureConditions.heap(captures.heap())));
		}
		if (captures.inFlight() > 0 && active != null) {
			triggers.add(new CaptureTrigger(CaptureReason.IN_FLIGHT,
					CaptureConditions.inFlight(() -> inFlight(active), captures.inFlight())));
		}
		if (captures.deadlocks()) {
			triggers.add(new CaptureTrigger(CaptureReason.DEADLOCK, CaptureConditions.deadlock()));
		}
		return triggers;
	}

	private static int inFlight(ActiveExchanges active) {
		AtomicInteger count = new AtomicInteger();
		active.operations().forEach((operation) -> count.addAndGet(operation.isLongLived() ? 0 : 1));
		return count.get();
	}

	private static @Nullable LongSupplier cpuTime() {
		try {
			return (Platform.processCpuTime() >= 0) ? Platform::processCpuTime : null;
		}
		catch (LinkageError | ClassCastException ex) {
			// A runtime may lack the module jdk.management
			return null;
		}
	}

	@Bean
	CapturesLifecycle gmicroCapturesLifecycle(Captures captures, ApplicationContext context) {
		return new CapturesLifecycle(captures, context);
	}

	private static List<CaptureContent> contents(@Nullable Profiler profiler, @Nullable WallProfiles wall,
			ObjectProvider<SlowRequests> requests, ObjectProvider<CaptureContent> others) {
		List<CaptureContent> contents = new ArrayList<>();
		if (profiler != null) {
			contents.add(recent(profiler, ProfileKind.PROFILE, "cpu.pb.gz"));
			contents.add(recent(profiler, ProfileKind.ALLOCS, "allocs.pb.gz"));
			contents.add(recent(profiler, ProfileKind.MUTEX, "mutex.pb.gz"));
			contents.add(recent(profiler, ProfileKind.BLOCK, "block.pb.gz"));
		}
		if (wall != null) {
			contents.add(new CaptureContent("wall.pb.gz",
					(out, past) -> wall.past(past, past, WallFilter.ALL).writeTo(out)));
		}
		contents.add(text("threads.txt", ThreadDump::write));
		contents.add(text("requests.json",
				(out) -> requests.ifAvailable((known) -> new JsonPage(out).write(known.view(null)))));
		others.orderedStream().forEach(contents::add);
		return contents;
	}

	private static CaptureContent recent(Profiler profiler, ProfileKind kind, String name) {
		return new CaptureContent(name, (out, past) -> {
			ProfileHistory history = profiler.history();
			if (history == null) {
				throw new IllegalStateException("gmicro.pprof.history.enabled=false");
			}
			Duration kept = (past.compareTo(history.keep()) < 0) ? past : history.keep();
			history.past(kind, kept, kept).writeTo(out);
		});
	}

	private static CaptureContent text(String name, Consumer<PrintWriter> writer) {
		return new CaptureContent(name, (out, past) -> {
			PrintWriter text = new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
			writer.accept(text);
			if (text.checkError()) {
				throw new IllegalStateException("it is too large");
			}
		});
	}

	/**
	 * The metrics, in the format of the endpoint.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(PrometheusMeterRegistry.class)
	static final class MetricsConfiguration {

		@Bean
		@ConditionalOnBean(PrometheusMeterRegistry.class)
		CaptureContent gmicroCapturedMetrics(PrometheusMeterRegistry registry) {
			return new CaptureContent("metrics.txt", (out, past) -> registry.scrape(out));
		}

	}

	/**
	 * Starts the captures once the application is ready, and ends them before anything
	 * else stops: a last capture needs all of it.
	 */
	static final class CapturesLifecycle implements SmartApplicationListener {

		private final Captures captures;

		private final ApplicationContext context;

		CapturesLifecycle(Captures captures, ApplicationContext context) {
			this.captures = captures;
			this.context = context;
		}

		@Override
		public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
			return ApplicationReadyEvent.class.isAssignableFrom(eventType)
					|| ContextClosedEvent.class.isAssignableFrom(eventType);
		}

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
			if (event instanceof ApplicationReadyEvent) {
				this.captures.start();
			}
			else if (event instanceof ApplicationContextEvent closed
					&& closed.getApplicationContext() == this.context) {
				this.captures.close();
			}
		}

	}

}
