package io.gmicro.autoconfigure;

import java.util.List;

import io.gmicro.http.ActiveRequests;
import io.gmicro.http.BodySizes;
import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.http.RequestDuration;
import io.gmicro.http.StatusCodes;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.ServerHttpObservationFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which beans exist, by property and class path.
 */
class HttpMetricsAutoConfigurationTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final AutoConfigurations AUTO_CONFIGURATIONS = AutoConfigurations.of(GmicroAutoConfiguration.class,
			HttpMetricsAutoConfiguration.class, ServletRoutesAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withBean(SimpleMeterRegistry.class)
		.withConfiguration(AUTO_CONFIGURATIONS);

	static List<Arguments> pieces() {
		return List.of(Arguments.of("gmicro.http.request-duration.enabled", RequestDuration.class),
				Arguments.of("gmicro.http.status-code.enabled", StatusCodes.class),
				Arguments.of("gmicro.http.active-requests.enabled", ActiveRequests.class),
				Arguments.of("gmicro.http.body-size.enabled", BodySizes.class));
	}

	@Test
	void whenNothingIsSetNothingOfOursExists() {
		this.contextRunner.run((context) -> {
			assertThat(ours(context)).isEmpty();
			assertThat(context.getBean(MeterRegistry.class).getMeters()).isEmpty();
		});
	}

	@Test
	void whenEnabledBeansAndMetersOfOursExist() {
		this.contextRunner.withPropertyValues(ENABLED).run((context) -> {
			assertThat(ours(context)).contains("gmicroExchangeFilter", "gmicroStartupReport");
			context.getBean("gmicroExchangeFilter");
			assertThat(context.getBean(MeterRegistry.class).getMeters()).extracting(Meter::getId)
				.extracting(Meter.Id::getName)
				.contains("gmicro.overflow", "gmicro.observer.errors");
		});
	}

	@ParameterizedTest
	@MethodSource("pieces")
	void eachPieceIsOnUnlessSwitchedOff(String property, Class<? extends ExchangeObserver> observer) {
		this.contextRunner.withPropertyValues(ENABLED).run((context) -> assertThat(context).hasSingleBean(observer));
		this.contextRunner.withPropertyValues(ENABLED, property + "=false").run((context) -> {
			assertThat(context).doesNotHaveBean(observer);
			assertThat(context.getBeansOfType(ExchangeObserver.class)).hasSize(pieces().size() - 1);
		});
	}

	@Test
	void whenEveryPieceIsOffThereIsNoFilter() {
		WebApplicationContextRunner off = this.contextRunner.withPropertyValues(ENABLED)
			.withPropertyValues(pieces().stream().map((piece) -> piece.get()[0] + "=false").toArray(String[]::new));
		off.run((context) -> assertThat(context).doesNotHaveBean("gmicroExchangeFilter"));
		off.withUserConfiguration(OwnObserver.class)
			.run((context) -> assertThat(context).hasBean("gmicroExchangeFilter"));
	}

	@Test
	void filterRunsJustInsideSpringsForEveryDispatchOfTheContainer() {
		this.contextRunner.withPropertyValues(ENABLED).run((context) -> {
			FilterRegistrationBean<?> registration = context.getBean("gmicroExchangeFilter",
					FilterRegistrationBean.class);
			assertThat(registration.getOrder()).isEqualTo(ExchangeFilter.DEFAULT_ORDER);
			assertThat(registration.determineDispatcherTypes()).containsExactlyInAnyOrder(DispatcherType.REQUEST,
					DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.INCLUDE);
			assertThat(registration.isAsyncSupported()).isTrue();
		});
	}

	@Test
	void backsOffForAnApplicationsOwnObserver() {
		this.contextRunner.withPropertyValues(ENABLED).withUserConfiguration(OwnStatusCodes.class).run((context) -> {
			assertThat(context).hasSingleBean(StatusCodes.class).hasBean("ownStatusCodes");
			assertThat(context).doesNotHaveBean("gmicroStatusCodes");
		});
	}

	@Test
	void whenNoMeterRegistryOneForPrometheusIsMade() {
		new WebApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED)
			.run((context) -> {
				assertThat(context).hasSingleBean(PrometheusMeterRegistry.class).hasBean("gmicroExchangeFilter");
				assertThat(context.getBean(PrometheusMeterRegistry.class).scrape()).contains("jvm_memory_used_bytes",
						"process_cpu_usage", "jvm_threads_live_threads");
			});
	}

	@Test
	void whenNoPrometheusOnTheClassPathRecordingGoesOn() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withClassLoader(new FilteredClassLoader("io.micrometer.prometheusmetrics", "io.prometheus"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("gmicroExchangeFilter")
				.doesNotHaveBean("gmicroMetricsRoute"));
	}

	@Test
	void whenNoMeterRegistryCanBeMadeNothingIsRecorded() {
		new WebApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED)
			.withClassLoader(new FilteredClassLoader("io.micrometer.prometheusmetrics", "io.prometheus"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("gmicroExchangeFilter")
				.hasBean("gmicroStartupReport"));
	}

	@Test
	void whenNoMicrometerOnTheClassPathNothingExists() {
		new WebApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED)
			.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(ours(context)).isEmpty();
			});
	}

	@Test
	void whenNotAWebApplicationNothingExists() {
		new ApplicationContextRunner().withBean(SimpleMeterRegistry.class)
			.withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context.getBeanDefinitionNames()).noneMatch((name) -> name.contains("micro")));
	}

	@Test
	void springObservationFilterStaysUnlessSwitchedOff() {
		WebApplicationContextRunner runner = this.contextRunner.withPropertyValues(ENABLED)
			.withUserConfiguration(SpringObservation.class);
		runner.run((context) -> assertThat(springObservation(context).isEnabled()).isTrue());
		runner.withPropertyValues("gmicro.http.spring-observation.enabled=true")
			.run((context) -> assertThat(springObservation(context).isEnabled()).isTrue());
		runner.withPropertyValues("gmicro.http.spring-observation.enabled=false").run((context) -> {
			assertThat(springObservation(context).isEnabled()).isFalse();
			assertThat(context.getBean("gmicroExchangeFilter", FilterRegistrationBean.class).isEnabled()).isTrue();
		});
	}

	private static FilterRegistrationBean<?> springObservation(AssertableWebApplicationContext context) {
		return context.getBean("springObservation", FilterRegistrationBean.class);
	}

	private static List<String> ours(AssertableWebApplicationContext context) {
		return List.of(context.getBeanDefinitionNames())
			.stream()
			.filter((name) -> name.toLowerCase(java.util.Locale.ROOT).contains("gmicro"))
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnObserver {

		@Bean
		ExchangeObserver ownObserver() {
			return new ExchangeObserver() {

				@Override
				public void onEnd(Exchange exchange) {
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnStatusCodes {

		@Bean
		StatusCodes ownStatusCodes(MeterRegistry registry) {
			return new StatusCodes(registry);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SpringObservation {

		@Bean
		FilterRegistrationBean<? extends Filter> springObservation() {
			return new FilterRegistrationBean<>(new ServerHttpObservationFilter(ObservationRegistry.NOOP));
		}

	}

}
