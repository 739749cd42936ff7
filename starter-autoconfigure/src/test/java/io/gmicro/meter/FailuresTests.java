package io.gmicro.meter;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.commons.logging.Log;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A failure of measuring is counted and logged, whatever fails besides.
 */
class FailuresTests {

	private static final LinkageError PLANNED = new LinkageError("planned");

	private final List<String> lines = new ArrayList<>();

	private boolean logIsBroken;

	/** Keeps lines, and throws while it is broken. */
	private final Log log = (Log) Proxy.newProxyInstance(Log.class.getClassLoader(), new Class<?>[] { Log.class },
			(proxy, method, arguments) -> {
				if (this.logIsBroken) {
					throw PLANNED;
				}
				this.lines.add(method.getName() + " " + arguments[0]);
				return null;
			});

	@Test
	void everyOneIsCountedAndOnePerMinuteLogged() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		Failures failures = new Failures(registry, this.log, "Looking failed");
		for (int i = 0; i < 3; i++) {
			failures.add("source", new IllegalStateException("planned"));
		}
		assertThat(registry.get("gmicro.observer.errors").counter().count()).isEqualTo(3);
		assertThat(this.lines).containsExactly("warn Looking failed in java.lang.String");
	}

	@Test
	void counterThatFailsDoesNotKeepItFromTheLog() {
		new Failures(new Broken(), this.log, "Looking failed").add(new IllegalStateException("planned"));
		assertThat(this.lines).containsExactly("warn Looking failed");
	}

	@Test
	void lineThatCouldNotBeWrittenIsWrittenTheNextTime() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		Failures failures = new Failures(registry, this.log, "Looking failed");
		this.logIsBroken = true;
		failures.add(PLANNED);
		this.logIsBroken = false;
		failures.add(PLANNED);
		assertThat(this.lines).hasSize(1);
		assertThat(registry.get("gmicro.observer.errors").counter().count()).isEqualTo(2);
	}

	private static final class Broken extends SimpleMeterRegistry {

		@Override
		protected Counter newCounter(Meter.Id id) {
			Counter counter = super.newCounter(id);
			return (Counter) Proxy.newProxyInstance(Counter.class.getClassLoader(), new Class<?>[] { Counter.class },
					(proxy, method, arguments) -> {
						if (method.getName().equals("increment")) {
							throw PLANNED;
						}
						return method.invoke(counter, arguments);
					});
		}

	}

}
