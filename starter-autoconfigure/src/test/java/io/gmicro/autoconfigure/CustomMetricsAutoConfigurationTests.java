package io.gmicro.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

import io.gmicro.custom.CustomMetrics;
import io.gmicro.scrape.InspectableRegistry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.prometheus.metrics.core.metrics.Gauge;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Metrics that are declared in YAML: where they are, and what is refused.
 */
@ExtendWith(OutputCaptureExtension.class)
class CustomMetricsAutoConfigurationTests {

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final String[] DECLARED = { "gmicro.metrics.custom.orders_placed.type=counter",
			"gmicro.metrics.custom.orders_placed.help=Orders placed",
			"gmicro.metrics.custom.orders_placed.labels=channel" };

	private static final AutoConfigurations AUTO_CONFIGURATIONS = AutoConfigurations.of(GmicroAutoConfiguration.class,
			CustomMetricsAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withBean(SimpleMeterRegistry.class)
		.withConfiguration(AUTO_CONFIGURATIONS);

	@Test
	void metricIsInjectedByName() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withPropertyValues(DECLARED)
			.withBean(Shop.class)
			.run((context) -> {
				context.getBean(Shop.class).place("web");
				assertThat(context.getBean(MeterRegistry.class)
					.get("orders_placed")
					.tag("channel", "web")
					.counter()
					.count()).isEqualTo(1);
			});
	}

	@Test
	void whatHasNoLabelsIsThereFromTheStart() {
		this.contextRunner
			.withPropertyValues(ENABLED, "gmicro.metrics.custom.mails.type=counter",
					"gmicro.metrics.custom.mails.help=Mails")
			.run((context) -> assertThat(context.getBean(MeterRegistry.class).get("mails").counter().count()).isZero());
	}

	@Test
	void whileOffNothingIsRecordedAndTheApplicationWorks() {
		this.contextRunner.withPropertyValues(DECLARED).withBean(Shop.class).run((context) -> {
			context.getBean(Shop.class).place("web");
			assertThat(context.getBean(MeterRegistry.class).getMeters()).isEmpty();
		});
	}

	@Test
	void whenNothingIsSetNothingOfOursExists() {
		this.contextRunner.run((context) -> assertThat(context).doesNotHaveBean(CustomMetrics.class)
			.doesNotHaveBean(CustomMetricsAutoConfiguration.DistinctNames.class));
	}

	@Test
	void needsNoWebApplication() {
		new ApplicationContextRunner().withBean(SimpleMeterRegistry.class)
			.withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED)
			.withPropertyValues(DECLARED)
			.withBean(Shop.class)
			.run((context) -> {
				context.getBean(Shop.class).place("web");
				assertThat(context.getBean(MeterRegistry.class).find("orders_placed").counter()).isNotNull();
			});
	}

	@Test
	void needsNoPrometheus() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withPropertyValues(DECLARED)
			.withBean(Shop.class)
			.withClassLoader(new FilteredClassLoader("io.micrometer.prometheusmetrics", "io.prometheus"))
			.run((context) -> {
				context.getBean(Shop.class).place("web");
				assertThat(context.getBean(MeterRegistry.class).find("orders_placed").counter()).isNotNull();
			});
	}

	@Test
	void withoutMeterRegistryStartUpSaysSo(CapturedOutput output) {
		new ApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(ENABLED)
			.withPropertyValues(DECLARED)
			.withBean(Shop.class)
			.run((context) -> {
				context.getBean(Shop.class).place("web");
				assertThat(output).contains("nothing is recorded: the application has no MeterRegistry");
			});
	}

	@Test
	void backsOffForAnApplicationsOwn() {
		CustomMetrics own = new CustomMetrics(new SimpleMeterRegistry(), java.util.Map.of());
		this.contextRunner.withPropertyValues(ENABLED)
			.withBean(CustomMetrics.class, () -> own)
			.run((context) -> assertThat(context.getBean(CustomMetrics.class)).isSameAs(own));
	}

	@Test
	void classThatNeedsWhatIsNotDeclaredStopsTheStart() {
		this.contextRunner.withPropertyValues(ENABLED)
			.withBean(Shop.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessage("There is no gmicro.metrics.custom.orders_placed. Declared are none"));
	}

	static List<Arguments> refused() {
		String counter = "    x: {type: counter, help: X}";
		return List.of(refused("    orders-placed: {type: counter, help: X}", "orders-placed", "a name starts with"),
				refused("    2nd: {type: counter, help: X}", "2nd", "a name starts with"),
				refused("    '[orders.placed]': {type: counter, help: X}", "orders.placed", "a name starts with"),
				refused("    orders.placed: {type: counter, help: X}", "gmicro.metrics.custom.orders.placed.type",
						"unbound"),
				refused("    '[orders placed]': {type: counter, help: X}", "orders placed", "a name starts with"),
				refused("    '[orders$placed]': {type: counter, help: X}", "orders$placed", "a name starts with"),
				refused("    orders$placed: {type: counter, help: X}", "gmicro.metrics.custom.orders$placed.",
						"letters, digits"),
				refused("    aufträge: {type: counter, help: X}", "gmicro.metrics.custom.aufträge.", "letters, digits"),
				refused("    orders placed: {type: counter, help: X}", "gmicro.metrics.custom.orders placed.",
						"letters, digits"),
				refused("    a_b: {type: counter, help: X}\n    ab: {type: gauge, help: X}", "is not allowed",
						"only in case and '_'"),
				refused("    x_total: {type: gauge, help: X}", "x_total=gauge", "only the name of a counter"),
				refused("    x_bucket: {type: counter, help: X}", "x_bucket=counter", "are reserved by Prometheus"),
				refused("    x_info_total: {type: counter, help: X}", "x_info_total=counter",
						"are reserved by Prometheus"),
				refused("    gmicro_overflow: {type: counter, help: X}", "gmicro_overflow=counter",
						"reserved by gmicro"),
				refused("    http_server_responses_total: {type: counter, help: X}",
						"http_server_responses_total=counter", "reserved by gmicro"),
				refused("    gin_request_total: {type: counter, help: X}", "gin_request_total=counter",
						"reserved by gmicro"),
				refused("    x: {help: X}", "x.type is missing", "counter, gauge, histogram or summary"),
				refused("    x: {type: '', help: X}", "x.type is missing", "counter, gauge, histogram or summary"),
				refused("    x: {type: histogram, help: X, buckets: ''}", "x.buckets is missing", "1 to 100"),
				refused("    x: {type: thermometer, help: X}", "x.type", "thermometer", "    histogram"),
				refused("    x: counter", "gmicro.metrics.custom.x'", "CustomMetric"),
				refused("    - x", "gmicro.metrics.custom", "x"),
				refused("    x: {type: counter}", "x.help is missing", "a sentence"),
				refused("    x: {type: counter, help: ' '}", "x.help is missing", "a sentence"),
				refused("    x: {type: counter, help: X, labels: [a-b]}", "x.labels=a-b", "a label starts with"),
				refused("    x: {type: counter, help: X, labels: [a, '']}", "x.labels=", "a label starts with"),
				refused("    x: {type: counter, help: X, labels: [__a]}", "x.labels=__a", "a label starts with"),
				refused("    x: {type: counter, help: X, labels: [a, b, a]}", "x.labels=a,b,a", "each label once"),
				refused("    x: {type: histogram, help: X, buckets: [1], labels: [le]}", "x.labels=le", "Prometheus"),
				refused("    x: {type: summary, help: X, quantiles: [0.5], labels: [quantile]}", "x.labels=quantile",
						"Prometheus"),
				refused("    x: {type: counter, help: X, labels: [a, b, c, d, e, f, g, h, i, j, k]}", "x.labels=a,b",
						"at most 10"),
				refused("    x: {type: histogram, help: X}", "x.buckets is missing", "from 1 to 100 bounds"),
				refused("    x: {type: histogram, help: X, buckets: []}", "x.buckets is missing",
						"from 1 to 100 bounds"),
				refused("    x: {type: histogram, help: X, buckets: [1, 1]}", "x.buckets=1.0,1.0", "the previous one"),
				refused("    x: {type: histogram, help: X, buckets: [2, 1]}", "x.buckets=2.0,1.0", "the previous one"),
				refused("    x: {type: histogram, help: X, buckets: [0, 1]}", "x.buckets=0.0,1.0", "than zero"),
				refused("    x: {type: histogram, help: X, buckets: [1, Infinity]}", "x.buckets=1.0,Inf", "'+Inf'"),
				refused("    x: {type: histogram, help: X, buckets: [NaN]}", "x.buckets=NaN", "than zero"),
				refused("    x: {type: histogram, help: X, buckets: [0.5, 1]}", "x.buckets=0.5,1.0", "whole numbers"),
				refused("    x_seconds: {type: histogram, help: X, buckets: [1e-10, 1]}",
						"x_seconds.buckets=1.0E-10,1.0", "from a nanosecond"),
				refused("    x_seconds: {type: histogram, help: X, buckets: [1, 1e10]}", "x_seconds.buckets=1.0,1.0E10",
						"to a billion seconds"),
				refused("    x: {type: histogram, help: X, buckets: [many]}", "x.buckets", "many"),
				refused("    x: {type: histogram, help: X, quantiles: [0.5]}", "x.buckets is missing",
						"from 1 to 100 bounds"),
				refused("    x: {type: histogram, help: X, buckets: [1], quantiles: [0.5]}", "x.quantiles=0.5",
						"only a summary"),
				refused("    x: {type: counter, help: X, buckets: [1]}", "x.buckets=1.0", "only a histogram"),
				refused("    x: {type: gauge, help: X, quantiles: [1]}", "x.quantiles=1.0", "only a summary"),
				refused("    x: {type: summary, help: X}", "x.quantiles is missing", "from 1 to 20 quantiles"),
				refused("    x: {type: summary, help: X, quantiles: [1.1]}", "x.quantiles=1.1", "from 0 to 1"),
				refused("    x: {type: summary, help: X, quantiles: [-0.1]}", "x.quantiles=-0.1", "from 0 to 1"),
				refused("    x: {type: summary, help: X, quantiles: [0.9, 0.5]}", "x.quantiles=0.9,0.5", "from 0 to 1"),
				refused("    x: {type: counter, help: X, max-label-sets: 0}", "x.max-label-sets=0", "from 1 to 100000"),
				refused("    x: {type: counter, help: X, max-label-sets: 100001}", "x.max-label-sets=100001",
						"from 1 to 100000"),
				refused("    x: {type: counter, help: X, label: [a]}", "gmicro.metrics.custom.x.label", "unbound"),
				refused("    x: {type: counter, help: X, labels: {a: b}}", "gmicro.metrics.custom.x.labels", "unbound"),
				refused(counter + "\n    x_total: {type: counter, help: X}", "=counter", "under the same name"),
				refused(counter + "\n    X: {type: gauge, help: X}", "is not allowed", "only in case and '_'"),
				refused("    x: {type: histogram, help: X, buckets: [1]}\n    x_max: {type: gauge, help: X}", "x",
						"under the same name"),
				refused("    jvm_threads_live_threads: {type: gauge, help: X}",
						"gmicro.metrics.custom.jvm_threads_live_threads.type", "jvm.threads.live"),
				refused("    registered_later: {type: counter, help: X, labels: [a]}",
						"gmicro.metrics.custom.registered_later.type", "the meter registered.later"),
				refused("    from_client_java: {type: gauge, help: X}", "gmicro.metrics.custom.from_client_java.type",
						"the collector from_client_java"));
	}

	private static Arguments refused(String yaml, String... words) {
		return Arguments.of(yaml, words);
	}

	@ParameterizedTest
	@MethodSource
	void refused(String yaml, String[] words, CapturedOutput output) {
		assertThatException().isThrownBy(() -> run(yaml).close());
		assertThat(StartFailure.message(output)).contains("gmicro.metrics").contains(words);
	}

	@Test
	void whatIsNotRefusedStarts() {
		try (ConfigurableApplicationContext context = run("""
				    orders_placed: {type: counter, help: X, labels: [channel, region], max-label-sets: 50}
				    X9_: {type: gauge, help: X, labels: channel}
				    x_seconds: {type: histogram, help: X, buckets: "0.1, 1"}
				    bytes: {type: summary, help: X, quantiles: [0, 0.5, 1]}
				""")) {
			assertThat(context.getBean(GmicroProperties.class).metrics().custom()).containsOnlyKeys("orders_placed",
					"X9_", "x_seconds", "bytes");
			CustomMetrics metrics = context.getBean(CustomMetrics.class);
			metrics.gauge("X9_").labelValues("a").set(1);
			metrics.histogram("x_seconds").labelValues().observe(1);
			metrics.summary("bytes").labelValues().observe(1);
		}
	}

	/** Through the whole of Spring Boot, from the text of a file. */
	private static ConfigurableApplicationContext run(String yaml) {
		String text = "gmicro:\n  metrics:\n   enabled: true\n   custom:\n" + yaml;
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.SERVLET);
		application.addInitializers((context) -> addYaml(text, context.getEnvironment().getPropertySources()::addLast));
		return application.run("--server.port=0", "--logging.level.root=warn");
	}

	private static void addYaml(String text,
			Consumer<? super org.springframework.core.env.PropertySource<?>> propertySources) {
		try {
			new YamlPropertySourceLoader()
				.load("test.yml", new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
				.forEach(propertySources);
		}
		catch (java.io.IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		SmartInitializingSingleton later(MeterRegistry registry, InspectableRegistry collectors) {
			return () -> {
				Counter.builder("registered.later").register(registry);
				Gauge.builder().name("from_client_java").register(collectors);
			};
		}

	}

	static final class Shop {

		private final io.gmicro.custom.MeterFamily<Counter> placed;

		Shop(CustomMetrics metrics) {
			this.placed = metrics.counter("orders_placed");
		}

		void place(String channel) {
			this.placed.labelValues(channel).increment();
		}

	}

}
