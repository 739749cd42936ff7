package io.gmicro.recorder;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.gmicro.jfr.JfrStacks;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import jdk.jfr.EventSettings;
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

	/** Where even threads of the JDK wait for one another. */
	private static final String LOCKS = "java.util.concurrent.locks.Reentrant";

	/** Threads of the server and of the tests do wait for others. */
	private static final List<String> NOT_OF_THE_JDK = List.of("io.gmicro.", "org.");

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
				Recording raw = start(EventProfile.BLOCK.events());
				JfrCollector window = new JfrCollector(new EventProfileBuilder(EventProfile.BLOCK, Set.of()))) {
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
			// Threads that end at the same time wait for one another
			.filteredOn((stack) -> !has(stack, "java.util.concurrent.ThreadPoolExecutor.processWorkerExit"))
			.isEmpty();
		assertThat(shown).as("the wait of this test")
			.anyMatch((stack) -> has(stack, IdleThreadsTests.class.getName() + ".poolsWithoutWorkAreLeftOut"));
	}

	/**
	 * With the newest JDK, this finds what the next ones add.
	 */
	@Test
	void idleThreadsOfTheJdkAreLeftOut(@TempDir Path directory) throws Exception {
		JdkThreads threads = new JdkThreads(directory);
		Map<EventProfile, Profile> profiles = new EnumMap<>(EventProfile.class);
		try (TestServer server = TestServer.start(Container.TOMCAT, Empty.class);
				JfrCollector block = new JfrCollector(new EventProfileBuilder(EventProfile.BLOCK, Set.of()));
				JfrCollector mutex = new JfrCollector(new EventProfileBuilder(EventProfile.MUTEX, Set.of()))) {
			for (int round = 0; round < ROUNDS; round++) {
				threads.wakeEach(server.uri("/"));
			}
			profiles.put(EventProfile.BLOCK, block.finish(Duration.ofSeconds(1)));
			profiles.put(EventProfile.MUTEX, mutex.finish(Duration.ofSeconds(1)));
		}
		finally {
			threads.close();
		}
		profiles.values()
			.forEach((profile) -> profile.forEach((stack, labels, values) -> assertThat(stack).as("not idle")
				.satisfiesAnyOf((calls) -> assertThat(calls.get(0).function()).isNotIn(WAITING),
						(calls) -> assertThat(calls).anyMatch((call) -> call.function().startsWith(LOCKS)),
						(calls) -> assertThat(calls)
							.anyMatch((call) -> NOT_OF_THE_JDK.stream().anyMatch(call.function()::startsWith)))));
	}

	@Test
	void workOfAPoolIsNotIdleWhereverItWaits() {
		List<Frame> idle = Stream
			.of("jdk.internal.misc.Unsafe.park", "java.util.concurrent.locks.LockSupport.park",
					"org.jboss.threads.EnhancedQueueExecutor$ThreadBody.run", "java.lang.Thread.run")
			.map(Frame::named)
			.toList();
		assertThat(IdleThreads.isIdle(idle)).isTrue();
		List<Frame> working = new ArrayList<>(idle);
		working.add(2, Frame.named("com.example.Job.run"));
		assertThat(IdleThreads.isIdle(working)).isFalse();
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

	private static Recording start(Map<String, Map<String, String>> events) {
		Recording recording = new Recording();
		events.forEach((name, settings) -> {
			EventSettings enabled = recording.enable(name);
			settings.forEach(enabled::with);
		});
		recording.start();
		return recording;
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

	/**
	 * What the JDK starts threads for that wait for work.
	 */
	private static final class JdkThreads implements AutoCloseable {

		private final ExecutorService fixed = Executors.newFixedThreadPool(2);

		private final ForkJoinPool forkJoin = new ForkJoinPool(2);

		private final ScheduledExecutorService scheduled = Executors.newScheduledThreadPool(2);

		private final Timer timer = new Timer(true);

		private final Cleaner cleaner = Cleaner.create();

		private final HttpClient client = HttpClient.newHttpClient();

		private final WatchService watch;

		private final Path directory;

		JdkThreads(Path directory) throws IOException {
			this.directory = directory;
			this.watch = directory.getFileSystem().newWatchService();
			directory.register(this.watch, StandardWatchEventKinds.ENTRY_CREATE);
		}

		void wakeEach(URI server) throws Exception {
			CountDownLatch done = new CountDownLatch(6);
			this.fixed.execute(done::countDown);
			this.scheduled.schedule(done::countDown, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
			this.forkJoin.execute(done::countDown);
			// A scheduler since JDK 25
			((this.forkJoin instanceof ScheduledExecutorService scheduler) ? scheduler : this.scheduled)
				.schedule(done::countDown, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
			CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS).execute(done::countDown);
			this.timer.schedule(new TimerTask() {

				@Override
				public void run() {
					done.countDown();
				}

			}, PAUSE_MILLIS);
			if (Runtime.version().feature() >= 21) {
				((Thread) Thread.class.getMethod("startVirtualThread", Runnable.class)
					.invoke(null, (Runnable) () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5)))).join();
			}
			this.cleaner.register(new Object(), () -> {
			}).clean();
			new CompletableFuture<>().orTimeout(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
			Files.createTempFile(this.directory, "woken", "");
			new ProcessBuilder("true").start().onExit().join();
			this.client.sendAsync(HttpRequest.newBuilder(server).build(), HttpResponse.BodyHandlers.discarding())
				.join();
			System.gc();
			done.await();
		}

		@Override
		public void close() throws IOException {
			Stream.of(this.fixed, this.forkJoin, this.scheduled).forEach(ExecutorService::shutdownNow);
			this.timer.cancel();
			this.watch.close();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
