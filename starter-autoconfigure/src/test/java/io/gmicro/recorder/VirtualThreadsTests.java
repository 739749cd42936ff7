package io.gmicro.recorder;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.gmicro.jfr.PrivateDirectory;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Virtual threads, where the JVM has them.
 */
class VirtualThreadsTests {

	private static final String HELD = "io.gmicro.recorder.VirtualThreadsTests.held";

	private final CountDownLatch release = new CountDownLatch(1);

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void parkedVirtualThreadsAreFound() throws Exception {
		List<Thread> threads = List.of(startVirtual(), startVirtual());
		List<Long> counts = new ArrayList<>();
		List<List<Frame>> stacks = new ArrayList<>();
		try (VirtualThreads dump = VirtualThreads.dump()) {
			dump.profile().forEach((stack, labels, values) -> {
				if (stack.stream().anyMatch((frame) -> frame.function().equals(HELD))) {
					counts.add(values[0]);
					stacks.add(stack);
				}
			});
		}
		ByteArrayOutputStream text = new ByteArrayOutputStream();
		VirtualThreads.write(text);
		assertThat(ThreadDump.profile()).satisfies((platform) -> platform
			.forEach((stack, labels, values) -> assertThat(stack).noneMatch((frame) -> frame.function().equals(HELD))));
		this.release.countDown();
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(counts).containsExactly(2L);
		assertThat(stacks.get(0)).anySatisfy((frame) -> {
			assertThat(frame.function()).isEqualTo(HELD);
			assertThat(frame.file()).isEqualTo("io/gmicro/recorder/VirtualThreadsTests.java");
			assertThat(frame.line()).isPositive();
		});
		assertThat(stacks.get(0)).extracting(Frame::function)
			.contains("java.util.concurrent.CountDownLatch.await", "java.lang.VirtualThread.run");
		assertThat(text.toString(StandardCharsets.UTF_8)).contains(HELD + "(", "virtual");
		assertThat(leftOver()).isEmpty();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void platformThreadsHaveTheFramesThatTheyHaveWithoutVirtualOnes() throws Exception {
		List<Frame> own = new ArrayList<>();
		try (VirtualThreads dump = VirtualThreads.dump()) {
			dump.profile().forEach((stack, labels, values) -> {
				if (stack.stream().anyMatch((frame) -> frame.function().contains(".platformThreadsHave"))) {
					own.addAll(stack);
				}
			});
		}
		List<Frame> expected = Stream.of(Thread.currentThread().getStackTrace()).map(Frame::of).toList();
		assertThat(own).endsWith(expected.subList(2, expected.size()).toArray(Frame[]::new));
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void whereThereAreNoneThisIsSaid() throws Exception {
		assertThatExceptionOfType(ProfilingException.class).isThrownBy(VirtualThreads::dump)
			.withMessage("virtual=1 needs Java 21 or newer")
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(400));
		assertThat(leftOver()).isEmpty();
	}

	private Thread startVirtual() throws ReflectiveOperationException {
		try {
			Thread thread = (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class)
				.invoke(null, (Runnable) this::held);
			await().until(thread::getState, (state) -> state == Thread.State.WAITING);
			return thread;
		}
		catch (InvocationTargetException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void held() {
		try {
			this.release.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static List<Path> leftOver() throws Exception {
		try (Stream<Path> files = Files.list(PrivateDirectory.get())) {
			return files.filter((file) -> !file.endsWith("lock")).filter(Files::isRegularFile).toList();
		}
	}

}
