package io.gmicro.pprof;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Threads of real pools that have nothing to do are not in the profile of waits.
 */
class IdleThreadsTests {

	/** Where the threads of each pool begin. */
	private static final List<String> POOLS = List.of("java.util.concurrent.ThreadPoolExecutor$Worker.run",
			"java.util.concurrent.ForkJoinWorkerThread.run", "java.util.TimerThread.run",
			"org.apache.tomcat.util.threads.TaskThread$WrappingRunnable.run",
			"org.eclipse.jetty.util.thread.QueuedThreadPool$Runner.run");

	/**
	 * Threads of a server may have to wait for one another, but then to enter a monitor.
	 */
	private static final Set<String> WAITING = Set.of("jdk.internal.misc.Unsafe.park", "java.lang.Object.wait",
			"java.lang.Object.wait0");

	private static final String SCHEDULED = "java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue.take";

	private static final int ROUNDS = 10;

	private static final long PAUSE_MILLIS = 50;

	private final ExecutorService fixed = Executors.newFixedThreadPool(2);

	private final ExecutorService cached = Executors.newCachedThreadPool();

	private final ForkJoinPool forkJoin = new ForkJoinPool(2);

	private final ScheduledExecutorService scheduled = Executors.newScheduledThreadPool(2);

	private final Timer timer = new Timer(true);

	@Test
	void poolsWithoutWorkAreLeftOut(@TempDir Path directory) throws Exception {
		List<List<Frame>> all = new ArrayList<>();
		Profile profile;
		try (TestServer tomcat = TestServer.start(Container.TOMCAT, Empty.class, "server.tomcat.threads.min-spare=2",
				"server.tomcat.threads.max=2");
				TestServer jetty = TestServer.start(Container.JETTY, Empty.class);
				Recording raw = Jfr.start(EventProfile.BLOCK.events());
				EventWindow window = new EventWindow(EventProfile.BLOCK, Set.of())) {
			for (int round = 0; round < ROUNDS; round++) {
				wakeEach(tomcat, jetty);
				this.scheduled.schedule(() -> {
				}, PAUSE_MILLIS, TimeUnit.MILLISECONDS).get();
			}
			profile = window.finish(Duration.ofSeconds(1));
			raw.stop();
			all.addAll(stacks(raw, directory.resolve("all.jfr")));
		}
		finally {
			Stream.of(this.fixed, this.cached, this.forkJoin, this.scheduled).forEach(ExecutorService::shutdownNow);
			this.timer.cancel();
		}
		assertThat(POOLS).allSatisfy((pool) -> assertThat(all).anyMatch((stack) -> has(stack, pool)));
		assertThat(all).anyMatch((stack) -> has(stack, SCHEDULED));
		List<List<Frame>> shown = new ArrayList<>();
		profile.forEach((stack, labels, values) -> shown.add(stack));
		assertThat(shown).filteredOn((stack) -> WAITING.contains(stack.get(0).function()))
			.filteredOn((stack) -> POOLS.stream().anyMatch((pool) -> has(stack, pool)))
			.isEmpty();
		assertThat(shown).as("the wait of this test")
			.anyMatch((stack) -> has(stack, IdleThreadsTests.class.getName() + ".poolsWithoutWorkAreLeftOut"));
	}

	private void wakeEach(TestServer... servers) throws Exception {
		CountDownLatch done = new CountDownLatch(4);
		this.fixed.execute(done::countDown);
		this.cached.execute(done::countDown);
		this.forkJoin.execute(done::countDown);
		this.timer.schedule(new TimerTask() {

			@Override
			public void run() {
				done.countDown();
			}

		}, PAUSE_MILLIS);
		for (TestServer server : servers) {
			assertThat(server.get("/").statusCode()).isEqualTo(404);
		}
		done.await();
	}

	private static List<List<Frame>> stacks(Recording recording, Path file) throws IOException {
		recording.dump(file);
		JfrStacks stacks = new JfrStacks();
		List<List<Frame>> all = new ArrayList<>();
		RecordingFile.readAllEvents(file).forEach((event) -> {
			List<Frame> stack = stacks.of(event);
			if (stack != null) {
				all.add(stack);
			}
		});
		return all;
	}

	private static boolean has(List<Frame> stack, String function) {
		return stack.stream().anyMatch((frame) -> frame.function().equals(function));
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
