package io.gmicro.sample;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Without the module {@code jdk.management} no cost is recorded, and everything else is.
 */
class WithoutCountersTests {

	private static final String COST = "gmicro_http_server_cpu_seconds_total{";

	@TempDir
	private Path directory;

	@Test
	void costIsRecordedWithTheModule() throws Exception {
		try (SampleProcess sample = start("java.se,jdk.unsupported,jdk.management")) {
			assertThat(sample.get("/cpu?millis=1").statusCode()).isEqualTo(200);
			assertThat(sample.get("/metrics").body()).contains(COST + "http_route=\"/cpu\"}");
			assertThat(sample.log()).doesNotContain("no cost is recorded");
		}
	}

	@Test
	void everythingElseIsRecordedWithoutTheModule() throws Exception {
		try (SampleProcess sample = start("java.se,jdk.unsupported")) {
			assertThat(sample.get("/cpu?millis=1").statusCode()).isEqualTo(200);
			assertThat(sample.get("/metrics").body()).contains("http_server_request_duration_seconds_count{")
				.doesNotContain(COST);
			assertThat(sample.log()).containsOnlyOnce("gmicro.http.cost.enabled=true, but no cost is recorded");
		}
	}

	private SampleProcess start(String modules) throws Exception {
		return SampleProcess.builder(this.directory)
			.options("--limit-modules", modules)
			.arguments("--gmicro.http.cost.enabled=true")
			.start();
	}

}
