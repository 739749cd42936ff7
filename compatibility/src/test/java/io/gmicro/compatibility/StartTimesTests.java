package io.gmicro.compatibility;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Counters, histograms and summaries have start times. On Spring Boot 3.5, whose
 * Micrometer knows none, only gmicro's own histograms have.
 */
class StartTimesTests {

	private static final String PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
			+ "encoding=delimited";

	private static final int METRIC = 4;

	private static final String SPRING_BOOT = System.getProperty("gmicro.compatibility.spring-boot");

	@Test
	void everyKindHasAStartTime() throws IOException {
		long before = System.currentTimeMillis() - TimeUnit.SECONDS.toMillis(1);
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED)) {
			assertThat(application.get("/hello/7").statusCode()).isEqualTo(200);
			Map<String, UnknownFieldSet> families = families(application.get("/metrics", "Accept", PROTOBUF).body());
			assertStartTime(families.get("http_server_request_duration_seconds"), 7, 15, before);
			if (SPRING_BOOT.startsWith("3.")) {
				assertThatThrownBy(() -> assertStartTime(families.get("http_server_responses_total"), 3, 3, before))
					.isInstanceOf(AssertionError.class);
			}
			else {
				assertStartTime(families.get("http_server_responses_total"), 3, 3, before);
				assertStartTime(families.get("http_server_response_body_size_bytes"), 4, 4, before);
			}
		}
	}

	private static void assertStartTime(UnknownFieldSet family, int kind, int field, long before) throws IOException {
		assertThat(family).isNotNull();
		for (ByteString metric : family.getField(METRIC).getLengthDelimitedList()) {
			UnknownFieldSet value = message(UnknownFieldSet.parseFrom(metric), kind);
			UnknownFieldSet time = message(value, field);
			long millis = TimeUnit.SECONDS.toMillis(time.getField(1).getVarintList().get(0))
					+ TimeUnit.NANOSECONDS.toMillis(time.getField(2).getVarintList().get(0));
			assertThat(millis).isBetween(before, System.currentTimeMillis());
		}
	}

	private static UnknownFieldSet message(UnknownFieldSet message, int field) throws IOException {
		assertThat(message.getField(field).getLengthDelimitedList()).hasSize(1);
		return UnknownFieldSet.parseFrom(message.getField(field).getLengthDelimitedList().get(0));
	}

	private static Map<String, UnknownFieldSet> families(byte[] bytes) throws IOException {
		ByteArrayInputStream in = new ByteArrayInputStream(bytes);
		Map<String, UnknownFieldSet> families = new HashMap<>();
		while (in.available() > 0) {
			UnknownFieldSet.Builder family = UnknownFieldSet.newBuilder();
			assertThat(family.mergeDelimitedFrom(in)).isTrue();
			UnknownFieldSet read = family.build();
			families.put(read.getField(1).getLengthDelimitedList().get(0).toStringUtf8(), read);
		}
		return families;
	}

}
