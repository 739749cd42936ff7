package io.gmicro.slow;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.ExchangeFilter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/**
 * Serves one request, in a JVM of its own, until there is something to read, and prints
 * what is known of it.
 */
final class StoppedProcess {

	private StoppedProcess() {
	}

	public static void main(String[] args) throws Exception {
		MeterRegistry registry = new SimpleMeterRegistry();
		ActiveExchanges active = new ActiveExchanges(registry);
		try (SlowRequests slow = new SlowRequests(registry, active, new Thresholds(Duration.ofMillis(200), Map.of()),
				100, TraceIds.NONE)) {
			slow.start();
			ExchangeFilter filter = new ExchangeFilter(List.of(slow, active), List.of(), 100, registry);
			filter.doFilter(new MockHttpServletRequest("GET", "/"), new MockHttpServletResponse(),
					(request, response) -> {
						System.out.println("serving");
						System.in.read();
					});
			long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
			while (slow.newestFirst().isEmpty() && System.nanoTime() - deadline < 0) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
			}
			for (SlowRequest request : slow.newestFirst()) {
				System.out.println("took " + request.duration().toMillis());
				System.out.println(
						"stood still " + TimeUnit.NANOSECONDS.toMillis(request.stacks().time(StackTree.STOOD_STILL)));
				System.out.println("in tree " + FrameChain.of(request.stacks()));
			}
			System.out.println("counted " + registry.get("gmicro.process.standstills").counter().count());
		}
	}

}
