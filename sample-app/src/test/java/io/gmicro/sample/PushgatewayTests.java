package io.gmicro.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.gmicro.custom.CustomMetrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A job that runs to its end leaves its numbers at a real Pushgateway, by Spring Boot's
 * own properties.
 */
class PushgatewayTests {

	private static final String GROUP = "instance=\"\",job=\"nightly-import\",region=\"eu\"";

	private static final String ROWS = "import_rows_total{" + GROUP + ",table=\"orders\"}";

	private static final String SUCCESS = "import_last_success_timestamp_seconds{" + GROUP + "}";

	private Pushgateway gateway;

	@BeforeEach
	void startGateway(@TempDir Path directory) throws Exception {
		this.gateway = Pushgateway.start(directory);
	}

	@AfterEach
	void stopGateway() {
		if (this.gateway != null) {
			this.gateway.close();
		}
	}

	@Test
	void jobPushesWhenItEnds() throws Exception {
		try (ConfigurableApplicationContext job = run()) {
			job.getBean(CustomMetrics.class).counter("import_rows_total").labelValues("orders").increment();
		}
		Scrape scrape = this.gateway.scrape();
		assertThat(scrape.value(ROWS)).isEqualTo(43);
		assertThat(scrape.value(SUCCESS)).isEqualTo(1.7e9);
		assertThat(scrape.value("push_time_seconds{" + GROUP + "}")).isPositive();
		assertThat(scrape.text()).contains("# HELP import_rows_total Rows imported, by table.",
				"# TYPE import_rows_total counter", "jvm_memory_used_bytes{");
	}

	@Test
	void putReplacesWhatTheGroupHadAndPostKeepsIt() throws Exception {
		run().close();
		run("--import.table=customers", "--" + property("shutdown-operation=post")).close();
		assertThat(this.gateway.scrape().families()).contains("import_rows_total",
				"import_last_success_timestamp_seconds");
		run("--import.succeeds=false", "--" + property("shutdown-operation=post")).close();
		assertThat(this.gateway.scrape().value(SUCCESS)).isZero();
		String without = "--gmicro.metrics.enabled=false";
		run(without, "--" + property("shutdown-operation=post")).close();
		assertThat(this.gateway.scrape().families()).contains("import_rows_total");
		run(without).close();
		assertThat(this.gateway.scrape().families()).doesNotContain("import_rows_total")
			.contains("jvm_memory_used_bytes");
	}

	@Test
	void groupsAreKeptApartUntilOneIsDeleted() throws Exception {
		run().close();
		run("--" + property("grouping-key.region=us")).close();
		assertThat(this.gateway.scrape().value(ROWS)).isEqualTo(42);
		assertThat(this.gateway.scrape().value(ROWS.replace("\"eu\"", "\"us\""))).isEqualTo(42);
		this.gateway.delete("/job/nightly-import/region/eu");
		assertThat(this.gateway.scrape().text()).doesNotContain("region=\"eu\"").contains("region=\"us\"");
	}

	@Test
	void serviceDeletesItsGroupWhenItEnds() throws Exception {
		try (ConfigurableApplicationContext job = run("--" + property("shutdown-operation=delete"))) {
			assertThat(job.isRunning()).isTrue();
			assertThat(this.gateway.scrape().text()).contains("nightly-import");
		}
		assertThat(this.gateway.scrape().text()).doesNotContain("nightly-import");
	}

	@Test
	void gatewayThatIsNotThereDoesNotStopTheJob() {
		this.gateway.close();
		try (ConfigurableApplicationContext job = start()) {
			assertThat(job.isRunning()).isTrue();
		}
	}

	/** Until the push that Spring Boot makes at the start has arrived. */
	private ConfigurableApplicationContext run(String... arguments) throws Exception {
		double before = this.gateway.scrape().sum("push_time_seconds");
		ConfigurableApplicationContext job = start(arguments);
		await().atMost(Duration.ofSeconds(30))
			.until(() -> this.gateway.scrape().sum("push_time_seconds"), (time) -> time > before);
		return job;
	}

	private ConfigurableApplicationContext start(String... arguments) {
		List<String> all = new ArrayList<>(
				List.of("--spring.config.name=job", "--" + property("address=" + this.gateway.address())));
		all.addAll(List.of(arguments));
		return new SpringApplication(Job.class).run(all.toArray(String[]::new));
	}

	private static String property(String nameAndValue) {
		return "management.prometheus.metrics.export.pushgateway." + nameAndValue;
	}

	@EnableAutoConfiguration
	static class Job {

		@Bean
		ApplicationRunner importer(CustomMetrics metrics, @Value("${import.table:orders}") String table,
				@Value("${import.succeeds:true}") boolean succeeds) {
			return (arguments) -> {
				metrics.counter("import_rows_total").labelValues(table).increment(42);
				if (succeeds) {
					metrics.gauge("import_last_success_timestamp_seconds").labelValues().set(1.7e9);
				}
			};
		}

	}

}
