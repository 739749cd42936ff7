package io.gmicro.grpc;

import java.util.List;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The first failure of an observer is logged, whatever the registry makes of its counter.
 */
@ExtendWith(OutputCaptureExtension.class)
class CallObserverFailureTests {

	@Test
	void onlyTheFirstFailureIsLogged(CapturedOutput output) {
		MeterRegistry registry = new SimpleMeterRegistry();
		registry.config().meterFilter(MeterFilter.denyNameStartsWith("gmicro.observer.errors"));
		CallObservers observers = new CallObservers(List.of(new CallObserver() {

			@Override
			public void onRegistered(String method) {
				throw new IllegalStateException("planned");
			}

			@Override
			public void onEnd(Call call) {
			}

		}), registry);
		for (int i = 0; i < 5; i++) {
			observers.registered("test.Service/Unary");
		}
		assertThat(output.getAll().split("Observing a gRPC call failed", -1)).hasSize(2);
	}

}
