package io.gmicro.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.gmicro.gin.GinFamilies;
import io.gmicro.gin.GinStatusCodes;
import io.gmicro.slow.SlowRequests;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.HandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which families one slow request leaves, by property and class path.
 */
@ExtendWith(OutputCaptureExtension.class)
class GinMetricsAutoConfigurationTests {

	private static final Set<String> GIN = Set.of("gin_request_total", "gin_uri_request_total",
			"gin_request_body_total", "gin_response_body_total", "gin_request_duration", "gin_slow_request_total",
			"gin_request_uv_total");

	/** The container of these tests does not tell the size of a response. */
	private static final Set<String> STANDARD = Set.of("http_server_request_duration_seconds",
			"http_server_responses_total", "http_server_active_requests", "http_server_request_body_size_bytes",
			"http_server_slow_requests_total", "http_server_unique_clients");

	private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (\\w*(?:gin|http_server)_\\w+) ");

	private static final Pattern BOUND = Pattern.compile("(?m)^gin_request_duration_bucket\\{.*le=\"([^\"]+)\"");

	private static final AutoConfigurations AUTO_CONFIGURATIONS = AutoConfigurations.of(GmicroAutoConfiguration.class,
			GinMetricsAutoConfiguration.class, SamplingAutoConfiguration.class, SlowRequestsAutoConfiguration.class,
			HttpMetricsAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withConfiguration(AUTO_CONFIGURATIONS)
		.withPropertyValues("gmicro.metrics.enabled=true", "gmicro.http.unique-clients.enabled=true",
				"gmicro.http.slow-requests.threshold=1ms", "gmicro.sampling.enabled=false");

	private final WebApplicationContextRunner gmicro = this.contextRunner
		.withPropertyValues("gmicro.metrics.naming=gmicro");

	@Test
	void withoutNamingOnlyTheStandardFamiliesExist() {
		this.contextRunner.run((context) -> assertThat(families(context)).isEqualTo(STANDARD));
	}

	@Test
	void namesOfGinReplaceTheStandardOnes() {
		this.gmicro.run((context) -> {
			assertThat(families(context)).isEqualTo(GIN);
			assertThat(context).hasSingleBean(SlowRequests.class);
		});
	}

	@Test
	void bothAreBoth() {
		this.contextRunner.withPropertyValues("gmicro.metrics.naming=both")
			.run((context) -> assertThat(families(context)).isEqualTo(union(GIN, STANDARD)));
	}

	@ParameterizedTest
	@CsvSource({ "status-code, gin_request_total gin_uri_request_total", "request-duration, gin_request_duration",
			"body-size, gin_request_body_total gin_response_body_total", "slow-requests, gin_slow_request_total",
			"unique-clients, gin_request_uv_total" })
	void eachPieceHasItsSwitch(String piece, String families) {
		this.gmicro.withPropertyValues("gmicro.http." + piece + ".enabled=false").run((context) -> {
			Set<String> left = new TreeSet<>(GIN);
			assertThat(left.removeAll(List.of(families.split(" ")))).isTrue();
			assertThat(families(context)).isEqualTo(left);
		});
	}

	@Test
	void uniqueClientsAreNotCountedUnlessSwitchedOn() {
		new WebApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues("gmicro.metrics.enabled=true", "gmicro.metrics.naming=both")
			.run((context) -> assertThat(families(context)).contains("gin_request_total")
				.doesNotContain("gin_request_uv_total", "http_server_unique_clients"));
	}

	@Test
	void withoutItsLibraryCountingUniqueClientsStopsTheStart() {
		WebApplicationContextRunner without = this.gmicro
			.withClassLoader(new FilteredClassLoader("com.dynatrace.hash4j"));
		without.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (ex) -> {
				assertThat(ex.getName()).isEqualTo("gmicro.http.unique-clients.enabled");
				assertThat(ex.getReason()).contains("com.dynatrace.hash4j:hash4j");
			}));
		without.withPropertyValues("gmicro.http.unique-clients.enabled=false")
			.run((context) -> assertThat(families(context)).contains("gin_request_total"));
	}

	@Test
	void boundsOfGinGiveWayToThoseThatAreSet() {
		this.gmicro
			.run((context) -> assertThat(bounds(context)).containsExactly("0.1", "0.3", "1.2", "5.0", "10.0", "+Inf"));
		this.gmicro.withPropertyValues("gmicro.http.request-duration.buckets=20ms,2s")
			.run((context) -> assertThat(bounds(context)).containsExactly("0.02", "2.0", "+Inf"));
	}

	@Test
	void boundsThatAreSetToTheDefaultAreSet() {
		String defaults = GmicroPropertiesTests.DEFAULT_BUCKETS.stream()
			.map((bound) -> bound.toMillis() + "ms")
			.collect(Collectors.joining(","));
		this.gmicro.withPropertyValues("gmicro.http.request-duration.buckets=" + defaults)
			.run((context) -> assertThat(bounds(context)).hasSize(GmicroPropertiesTests.DEFAULT_BUCKETS.size() + 1)
				.startsWith("0.005", "0.01"));
		this.gmicro.withPropertyValues("gmicro.http.request-duration.buckets[0]=100ms")
			.run((context) -> assertThat(bounds(context)).containsExactly("0.1", "+Inf"));
	}

	@Test
	void prefixAndSuffixAreAroundEveryNameOfGin() {
		this.contextRunner
			.withPropertyValues("gmicro.metrics.naming=both", "gmicro.metrics.prefix=shop_",
					"gmicro.metrics.suffix=_v2")
			.run((context) -> {
				assertThat(families(context)).isEqualTo(union(STANDARD,
						GIN.stream().map((name) -> "shop_" + name + "_v2").collect(Collectors.toSet())));
				assertThat(scrape(context)).contains("# TYPE shop_gin_request_duration_v2 histogram")
					.contains("# HELP shop_gin_request_total_v2 all the server received request num.")
					.contains("\nshop_gin_request_total_v2 1.0")
					.contains("\nshop_gin_uri_request_total_v2{code=\"200\",method=\"POST\",uri=\"/orders/:id\"} 1.0")
					.contains("\nshop_gin_request_body_total_v2 10.0")
					.contains("\nshop_gin_request_uv_total_v2 1.0");
			});
	}

	@Test
	void prefixAloneLeavesCountersCounters() {
		this.gmicro.withPropertyValues("gmicro.metrics.prefix=shop_").run((context) -> {
			families(context);
			assertThat(scrape(context)).contains("# TYPE shop_gin_request_total counter")
				.contains("# TYPE shop_gin_request_uv_total counter");
		});
	}

	@Test
	void everySampleHasTheLabels() {
		this.gmicro
			.withPropertyValues("gmicro.metrics.labels.data_center=a", "gmicro.metrics.labels.Region=eu",
					"gmicro.metrics.labels.zone=1")
			.run((context) -> {
				assertThat(families(context)).isEqualTo(GIN);
				assertThat(scrape(context).lines().filter((line) -> line.startsWith("gin_")))
					.hasSizeGreaterThan(GIN.size())
					.allSatisfy((sample) -> assertThat(sample).contains("data_center=\"a\"", "Region=\"eu\"",
							"zone=\"1\""));
			});
	}

	@Test
	void labelsAreBoundedAndSumsAreExact() {
		this.gmicro.withPropertyValues("gmicro.http.max-routes=2").run((context) -> {
			for (int i = 0; i < 50; i++) {
				serve(context, (i % 2 == 0) ? "GET" : "MADE-UP-" + i, "/route" + i % 5 + "/{id}");
			}
			assertThat(scrape(context).lines().filter((line) -> line.startsWith("gin_uri_request_total")))
				.containsExactlyInAnyOrder("gin_uri_request_total{code=\"200\",method=\"GET\",uri=\"/route0/:id\"} 5.0",
						"gin_uri_request_total{code=\"200\",method=\"_OTHER\",uri=\"/route0/:id\"} 5.0",
						"gin_uri_request_total{code=\"200\",method=\"GET\",uri=\"/route1/:id\"} 5.0",
						"gin_uri_request_total{code=\"200\",method=\"_OTHER\",uri=\"/route1/:id\"} 5.0",
						"gin_uri_request_total{code=\"200\",method=\"GET\",uri=\"_OTHER\"} 15.0",
						"gin_uri_request_total{code=\"200\",method=\"_OTHER\",uri=\"_OTHER\"} 15.0");
			assertThat(scrape(context)).contains("\ngin_request_total 50.0")
				.contains("gin_request_duration_count{uri=\"_OTHER\"} 30");
		});
	}

	@ParameterizedTest
	@CsvSource({ "2s, 2", "10s, 10", "2500ms, 2.5", "1ms, 0.001", "100s, 100" })
	void helpTellsTheThreshold(String threshold, String seconds) {
		this.gmicro.withPropertyValues("gmicro.http.slow-requests.threshold=" + threshold)
			.run((context) -> assertThat(
					context.getBean(PrometheusMeterRegistry.class).getPrometheusRegistry().scrape().stream())
				.extracting((snapshot) -> snapshot.getMetadata().getHelp())
				.contains("the server handled slow requests counter, t=" + seconds + "."));
	}

	@Test
	void backsOffForAnApplicationsOwnObserver() {
		this.gmicro.withUserConfiguration(OwnStatusCodes.class)
			.run((context) -> assertThat(context).hasSingleBean(GinStatusCodes.class)
				.hasBean("ownStatusCodes")
				.doesNotHaveBean("gmicroGinStatusCodes"));
	}

	@Test
	void withoutPrometheusTheReportSaysThatNothingIsRecorded(CapturedOutput output) {
		this.gmicro.withBean(SimpleMeterRegistry.class).run((context) -> {
			assertThat(context).doesNotHaveBean(GinFamilies.class);
			serve(context);
			assertThat(context.getBean(MeterRegistry.class).getMeters())
				.noneMatch((meter) -> meter.getId().getName().startsWith("http.server"));
			context.getBean(StartupReport.class)
				.onApplicationEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0],
						(ConfigurableApplicationContext) context.getSourceApplicationContext(), Duration.ZERO));
		});
		assertThat(output).contains("gmicro.metrics.naming=gmicro, but no request is recorded")
			.contains("Recording nothing. ");
	}

	private static Set<String> union(Set<String> first, Set<String> second) {
		return Stream.concat(first.stream(), second.stream()).collect(Collectors.toSet());
	}

	/** Those that one slow request leaves, but for the maxima that Micrometer adds. */
	private static Set<String> families(AssertableWebApplicationContext context) throws Exception {
		serve(context);
		return FAMILY.matcher(scrape(context))
			.results()
			.map((match) -> match.group(1))
			.filter((name) -> !name.endsWith("_max"))
			.collect(Collectors.toSet());
	}

	private static List<String> bounds(AssertableWebApplicationContext context) throws Exception {
		serve(context);
		return BOUND.matcher(scrape(context)).results().map((MatchResult match) -> match.group(1)).toList();
	}

	private static void serve(AssertableWebApplicationContext context) throws Exception {
		serve(context, "POST", "/orders/{id}");
	}

	private static void serve(AssertableWebApplicationContext context, String method, String pattern) throws Exception {
		Filter filter = Objects
			.requireNonNull(context.getBean("gmicroExchangeFilter", FilterRegistrationBean.class).getFilter());
		MockHttpServletRequest request = new MockHttpServletRequest(method, "/orders/7");
		request.setContent(new byte[10]);
		request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, pattern);
		filter.doFilter(request, new MockHttpServletResponse(), (servletRequest, servletResponse) -> {
			long start = System.nanoTime();
			while (System.nanoTime() - start < Duration.ofMillis(2).toNanos()) {
				Thread.onSpinWait();
			}
		});
	}

	private static String scrape(AssertableWebApplicationContext context) {
		return context.getBean(PrometheusMeterRegistry.class).scrape();
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnStatusCodes {

		@Bean
		GinStatusCodes ownStatusCodes(GinFamilies families) {
			return new GinStatusCodes(families);
		}

	}

}
