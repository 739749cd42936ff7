package io.gmicro.grpc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which calls failed, as OpenTelemetry's conventions for gRPC have it.
 */
class CallMetricsTests {

	private static final List<String> SERVER_ERRORS = List.of("UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED",
			"INTERNAL", "UNAVAILABLE", "DATA_LOSS");

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final CallMetrics metrics = new CallMetrics(this.registry, List.of(Duration.ofSeconds(1)));

	@Test
	void serverFailedWithCodesThatAreNotTheClientsFault() {
		for (Status.Code code : Status.Code.values()) {
			end(Call.served("a/B", false, System.nanoTime()), code);
		}
		errorTypes("rpc.server.responses").forEach((code, errorType) -> assertThat(errorType).as(code)
			.isEqualTo(SERVER_ERRORS.contains(code) ? code : ""));
		assertThat(errorTypes("rpc.server.call.duration")).isEqualTo(errorTypes("rpc.server.responses"));
	}

	@Test
	void clientFailedWithEveryCodeButOk() {
		for (Status.Code code : Status.Code.values()) {
			end(Call.made("a/B", new ServerAddress("host", "80"), false), code);
		}
		errorTypes("rpc.client.responses")
			.forEach((code, errorType) -> assertThat(errorType).as(code).isEqualTo(code.equals("OK") ? "" : code));
		assertThat(errorTypes("rpc.client.call.duration")).isEqualTo(errorTypes("rpc.client.responses"));
		assertThat(this.registry.get("rpc.client.responses")
			.tags("server.address", "host", "server.port", "80")
			.counters()).hasSize(Status.Code.values().length);
	}

	private void end(Call call, Status.Code code) {
		call.end(code);
		this.metrics.onEnd(call);
	}

	/** Of each code. */
	private Map<String, String> errorTypes(String name) {
		Map<String, String> errorTypes = new TreeMap<>();
		this.registry.get(name)
			.meters()
			.forEach((meter) -> errorTypes.put(String.valueOf(meter.getId().getTag(CallMetrics.STATUS_LABEL)),
					String.valueOf(meter.getId().getTag("error.type"))));
		assertThat(errorTypes).hasSameSizeAs(Status.Code.values());
		return errorTypes;
	}

}
