package io.gmicro.sampling;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * The metrics of the sampler itself. Used by the sampler thread, except for
 * {@link #restarted()}.
 */
final class SamplerMetrics {

	private final Counter looks;

	private final Counter late;

	private final Counter stacks;

	private final Counter cpu;

	private final Counter restarts;

	private final Counter standstills;

	SamplerMetrics(MeterRegistry registry) {
		this.looks = Counter.builder("gmicro.sampler.looks")
			.description("Looks of the sampler at the requests in flight")
			.register(registry);
		this.late = Counter.builder("gmicro.sampler.late")
			.description("Time by which looks of the sampler were late, for lack of CPU time")
			.baseUnit("seconds")
			.register(registry);
		this.stacks = Counter.builder("gmicro.sampler.stacks")
			.description("Stacks that the sampler has taken")
			.register(registry);
		this.cpu = Counter.builder("gmicro.sampler.cpu")
			.description("CPU time of the sampler")
			.baseUnit("seconds")
			.register(registry);
		this.restarts = Counter.builder("gmicro.sampler.restarts")
			.description("Restarts of the sampler, whose thread had died")
			.register(registry);
		this.standstills = Counter.builder("gmicro.process.standstills")
			.description("How often the process stood still for more than a second")
			.register(registry);
	}

	void looked(long lateNanos) {
		this.looks.increment();
		this.late.increment(lateNanos / 1e9);
	}

	void taken(int stacks) {
		this.stacks.increment(stacks);
	}

	void used(long cpuNanos) {
		this.cpu.increment(cpuNanos / 1e9);
	}

	void restarted() {
		this.restarts.increment();
	}

	void stoodStill() {
		this.standstills.increment();
	}

}
