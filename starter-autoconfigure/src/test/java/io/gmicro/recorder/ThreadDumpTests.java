package io.gmicro.recorder;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

import io.gmicro.profile.Frame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Where threads are, and what they wait for.
 */
class ThreadDumpTests {

	private static final String HELD = "io.gmicro.recorder.ThreadDumpTests.held";

	private final CountDownLatch release = new CountDownLatch(1);

	private final List<Thread> threads = new ArrayList<>();

	@AfterEach
	void stop() throws InterruptedException {
		this.release.countDown();
		for (Thread thread : this.threads) {
			thread.join();
		}
	}

	@Test
	void threadsWithTheSameStackAreOneSample() throws InterruptedException {
		for (int i = 0; i < 3; i++) {
			start("held", this::held);
		}
		List<Long> counts = new ArrayList<>();
		List<List<Frame>> stacks = new ArrayList<>();
		ThreadDump.profile().forEach((stack, labels, values) -> {
			if (stack.stream().anyMatch((frame) -> frame.function().equals(HELD))) {
				counts.add(values[0]);
				stacks.add(stack);
			}
		});
		assertThat(counts).containsExactly(3L);
		assertThat(stacks.get(0).get(0).function()).isEqualTo("jdk.internal.misc.Unsafe.park");
		assertThat(stacks.get(0)).last().satisfies((frame) -> {
			assertThat(frame.function()).isEqualTo("java.lang.Thread.run");
			assertThat(frame.file()).isEqualTo("java/lang/Thread.java");
			assertThat(frame.line()).isPositive();
		});
	}

	@Test
	void textTellsWhoHoldsWhatOthersWaitFor() {
		Object monitor = new Object();
		ReentrantLock lock = new ReentrantLock();
		Thread holder = start("holder", () -> {
			lock.lock();
			synchronized (monitor) {
				held();
			}
			lock.unlock();
		});
		start("waiter", () -> {
			synchronized (monitor) {
				held();
			}
		});
		String text = text();
		String ofHolder = thread(text, "holder");
		assertThat(ofHolder).containsPattern("^\"holder\" #\\d+ prio=5\n   java.lang.Thread.State: WAITING\n\tat ")
			.containsPattern("\n\t- waiting for java.util.concurrent.CountDownLatch\\$Sync@[0-9a-f]+\n")
			.containsPattern("\n\t- locked java.lang.Object@[0-9a-f]+\n")
			.containsPattern("\n\t- holds java.util.concurrent.locks.ReentrantLock\\$NonfairSync@[0-9a-f]+\n");
		assertThat(thread(text, "waiter")).contains("java.lang.Thread.State: BLOCKED\n\tat ")
			.containsPattern("\n\t- waiting for java.lang.Object@[0-9a-f]+ held by \"holder\" #\\d+\n");
		assertThat(holder.isAlive()).isTrue();
	}

	@Test
	void nameOfAThreadAddsNoLine() {
		start("a\n\tat x.Y.z(Y.java:1)\u001b[2J\r", this::held);
		assertThat(text()).contains("\"a??at x.Y.z(Y.java:1)?[2J?\" #");
	}

	private Thread start(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		this.threads.add(thread);
		thread.start();
		await().until(thread::getState, (state) -> state == Thread.State.WAITING || state == Thread.State.BLOCKED);
		return thread;
	}

	private void held() {
		try {
			this.release.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static String text() {
		StringWriter text = new StringWriter();
		ThreadDump.write(new PrintWriter(text));
		return text.toString();
	}

	private static String thread(String text, String name) {
		int start = text.indexOf("\"" + name + "\" #");
		assertThat(start).isNotNegative();
		return text.substring(start, text.indexOf("\n\n", start) + 1);
	}

}
