package io.gmicro.cost;

import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/**
 * The counters of the cost of one route or method. Thread-safe.
 *
 * @param cpu the CPU time in seconds
 * @param allocated the allocated bytes
 */
public record CostCounters(Counter cpu, Counter allocated) implements CostSink {

	/** The name of the counter of the CPU time of requests. */
	public static final String REQUEST_CPU = "gmicro.http.server.cpu";

	/** The name of the counter of the bytes that requests allocated. */
	public static final String REQUEST_ALLOCATED = "gmicro.http.server.allocated";

	/** The name of the counter of the CPU time of calls. */
	public static final String CALL_CPU = "gmicro.rpc.server.cpu";

	/** The name of the counter of the bytes that calls allocated. */
	public static final String CALL_ALLOCATED = "gmicro.rpc.server.allocated";

	/** The label value of everything that is not the cost of a route or a method. */
	public static final String BACKGROUND = "_BACKGROUND";

	private static final String CPU_UNIT = "seconds";

	private static final String ALLOCATED_UNIT = "bytes";

	private static final String REQUEST_CPU_DESCRIPTION = "CPU time that HTTP requests used on platform threads";

	private static final String REQUEST_ALLOCATED_DESCRIPTION = "Bytes that HTTP requests allocated on platform threads";

	private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

	/**
	 * The counters of a route.
	 * @param registry the registry of the counters
	 * @param tags the label of the route
	 * @return the counters, registered
	 */
	public static CostCounters ofRequests(MeterRegistry registry, Tags tags) {
		return new CostCounters(
				Counter.builder(REQUEST_CPU)
					.description(REQUEST_CPU_DESCRIPTION)
					.baseUnit(CPU_UNIT)
					.tags(tags)
					.register(registry),
				Counter.builder(REQUEST_ALLOCATED)
					.description(REQUEST_ALLOCATED_DESCRIPTION)
					.baseUnit(ALLOCATED_UNIT)
					.tags(tags)
					.register(registry));
	}

	/**
	 * The counters of a gRPC method.
	 * @param registry the registry of the counters
	 * @param tags the labels of the method
	 * @return the counters, registered
	 */
	public static CostCounters ofCalls(MeterRegistry registry, Tags tags) {
		return new CostCounters(
				Counter.builder(CALL_CPU)
					.description("CPU time that gRPC calls used on platform threads")
					.baseUnit(CPU_UNIT)
					.tags(tags)
					.register(registry),
				Counter.builder(CALL_ALLOCATED)
					.description("Bytes that gRPC calls allocated on platform threads")
					.baseUnit(ALLOCATED_UNIT)
					.tags(tags)
					.register(registry));
	}

	/** Registers what the process used besides requests and calls. */
	static void ofBackground(MeterRegistry registry, ProcessCost process) {
		Tags tags = Tags.of("http.route", BACKGROUND);
		FunctionCounter.builder(REQUEST_CPU, process, (cost) -> cost.backgroundCpuNanos() / NANOS_PER_SECOND)
			.description(REQUEST_CPU_DESCRIPTION)
			.baseUnit(CPU_UNIT)
			.tags(tags)
			.register(registry);
		if (ThreadCounters.totalAllocatedBytes() >= 0) {
			FunctionCounter.builder(REQUEST_ALLOCATED, process, ProcessCost::backgroundAllocatedBytes)
				.description(REQUEST_ALLOCATED_DESCRIPTION)
				.baseUnit(ALLOCATED_UNIT)
				.tags(tags)
				.register(registry);
		}
	}

	@Override
	public void add(long cpuNanos, long allocatedBytes) {
		this.cpu.increment(cpuNanos / NANOS_PER_SECOND);
		this.allocated.increment(allocatedBytes);
	}

}
