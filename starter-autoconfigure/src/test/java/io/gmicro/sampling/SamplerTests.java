package io.gmicro.sampling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import io.gmicro.activity.Activities;
import io.gmicro.http.ActiveExchanges;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The thread of the sampler.
 */
class SamplerTests {

	private static final long HOUR = TimeUnit.HOURS.toNanos(1);

	private static final Sampler.Settings SETTINGS = new Sampler.Settings(Duration.ofMillis(10), 0.5);

	private final MeterRegistry registry = new SimpleMeterRegistry();

	@Test
	void threadThatHasDiedIsStartedAgainByThoseWhoNeedIt() {
		List<Thread> started = new ArrayList<>();
		try (Sampler sampler = started((task) -> {
			// The first two end at once
			Thread thread = new Thread((started.size() < 2) ? () -> {
			} : task, "gmicro-sampler");
			started.add(thread);
			return thread;
		})) {
			sampler.start();
			Awaitility.await().until(() -> {
				sampler.check(System.nanoTime() + HOUR);
				return started.size() == 3;
			});
			sampler.check(System.nanoTime() + HOUR);
			assertThat(started).hasSize(3).last().satisfies((thread) -> assertThat(thread.isAlive()).isTrue());
		}
		assertThat(this.registry.get("gmicro.sampler.restarts").counter().count()).isEqualTo(2);
		Awaitility.await().until(() -> !started.get(2).isAlive());
	}

	@Test
	void whenThereCanBeNoThreadItIsTriedAgain() {
		List<Thread> started = new ArrayList<>();
		try (Sampler sampler = started((task) -> {
			Thread thread = new Thread(task, "gmicro-sampler");
			started.add(thread);
			if (started.size() == 1) {
				throw new OutOfMemoryError("unable to create native thread");
			}
			return thread;
		})) {
			sampler.start();
			assertThat(sampler.isOpen()).isTrue();
			assertThat(this.registry.get("gmicro.observer.errors").counter().count()).isEqualTo(1);
			Awaitility.await().until(() -> {
				sampler.check(System.nanoTime() + HOUR);
				return started.size() == 2;
			});
			assertThat(started.get(1).isAlive()).isTrue();
		}
	}

	@Test
	void closedSamplerIsNotStartedAgain() {
		List<Thread> started = new ArrayList<>();
		Sampler sampler = started((task) -> {
			Thread thread = new Thread(task, "gmicro-sampler");
			started.add(thread);
			return thread;
		});
		sampler.start();
		sampler.close();
		Awaitility.await().until(() -> !started.get(0).isAlive());
		sampler.check(System.nanoTime() + HOUR);
		sampler.start();
		assertThat(started).hasSize(1);
		assertThat(sampler.isOpen()).isFalse();
	}

	private Sampler started(ThreadFactory threads) {
		return new Sampler(new ActiveExchanges(this.registry), SETTINGS, new Activities(Map.of()), null, this.registry,
				new Pauses(), threads);
	}

}
