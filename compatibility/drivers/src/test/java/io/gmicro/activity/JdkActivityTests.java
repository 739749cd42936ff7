package io.gmicro.activity;

import java.io.FileInputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Activities of what the JDK does itself.
 */
@Timeout(120)
class JdkActivityTests {

	private static final String OWN = Waiting.class.getName();

	static List<ThreadKind> kinds() {
		return ThreadKind.available();
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void monitorIsLock(ThreadKind kind) throws Exception {
		Object monitor = new Object();
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		ThreadKind.PLATFORM.start(() -> {
			synchronized (monitor) {
				held.countDown();
				awaitUninterruptibly(release);
			}
		});
		held.await();
		try (Waiting waiting = Waiting.start(kind, () -> {
			synchronized (monitor) {
				return null;
			}
		}, release::countDown)) {
			waiting.assertActivity(Activities.LOCK, OWN);
		}
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	@SuppressWarnings("LockNotBeforeTry")
	void reentrantLockIsLock(ThreadKind kind) throws Exception {
		ReentrantLock lock = new ReentrantLock();
		lock.lock();
		try (Waiting waiting = Waiting.start(kind, () -> {
			lock.lock();
			try {
				return null;
			}
			finally {
				lock.unlock();
			}
		}, lock::unlock)) {
			waiting.assertActivity(Activities.LOCK, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void readWriteLockIsLock(ThreadKind kind) throws Exception {
		ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
		lock.writeLock().lock();
		try (Waiting waiting = Waiting.start(kind, () -> lock.readLock().tryLock(1, TimeUnit.MINUTES),
				lock.writeLock()::unlock)) {
			waiting.assertActivity(Activities.LOCK, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void stampedLockIsLock(ThreadKind kind) throws Exception {
		StampedLock lock = new StampedLock();
		long stamp = lock.writeLock();
		try (Waiting waiting = Waiting.start(kind, lock::readLock, () -> lock.unlockWrite(stamp))) {
			waiting.assertActivity(Activities.LOCK, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void semaphoreIsLock(ThreadKind kind) throws Exception {
		Semaphore semaphore = new Semaphore(0);
		try (Waiting waiting = Waiting.start(kind, () -> {
			semaphore.acquire();
			return null;
		}, semaphore::release)) {
			waiting.assertActivity(Activities.LOCK, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void sleepIsSleep(ThreadKind kind) {
		try (Waiting waiting = Waiting.untilInterrupted(kind, () -> {
			Thread.sleep(60_000);
			return null;
		})) {
			waiting.assertActivity(Activities.SLEEP, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void sleepOfTimeUnitIsSleep(ThreadKind kind) {
		try (Waiting waiting = Waiting.untilInterrupted(kind, () -> {
			TimeUnit.MINUTES.sleep(1);
			return null;
		})) {
			waiting.assertActivity(Activities.SLEEP, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void futureIsOther(ThreadKind kind) throws Exception {
		CompletableFuture<String> future = new CompletableFuture<>();
		try (Waiting waiting = Waiting.start(kind, future::get, () -> future.complete(""))) {
			waiting.assertActivity(Activities.OTHER, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void latchIsOther(ThreadKind kind) throws Exception {
		CountDownLatch latch = new CountDownLatch(1);
		try (Waiting waiting = Waiting.start(kind, () -> latch.await(1, TimeUnit.MINUTES), latch::countDown)) {
			waiting.assertActivity(Activities.OTHER, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void joinIsOther(ThreadKind kind) throws Exception {
		CountDownLatch latch = new CountDownLatch(1);
		Thread other = kind.start(() -> awaitUninterruptibly(latch));
		try (Waiting waiting = Waiting.start(kind, () -> {
			other.join();
			return null;
		}, latch::countDown)) {
			waiting.assertActivity(Activities.OTHER, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void queueIsOther(ThreadKind kind) throws Exception {
		BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
		try (Waiting waiting = Waiting.start(kind, queue::take, () -> queue.add(""))) {
			waiting.assertActivity(Activities.OTHER, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void waitIsOther(ThreadKind kind) throws Exception {
		Object monitor = new Object();
		AtomicBoolean done = new AtomicBoolean();
		try (Waiting waiting = Waiting.start(kind, () -> {
			synchronized (monitor) {
				while (!done.get()) {
					monitor.wait();
				}
			}
			return null;
		}, () -> {
			synchronized (monitor) {
				done.set(true);
				monitor.notifyAll();
			}
		})) {
			waiting.assertActivity(Activities.OTHER, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void parkIsOther(ThreadKind kind) throws Exception {
		AtomicBoolean done = new AtomicBoolean();
		CompletableFuture<Thread> parked = new CompletableFuture<>();
		try (Waiting waiting = Waiting.start(kind, () -> {
			parked.complete(Thread.currentThread());
			while (!done.get()) {
				LockSupport.parkNanos(TimeUnit.MINUTES.toNanos(1));
			}
			return null;
		}, () -> {
			done.set(true);
			LockSupport.unpark(parked.join());
		})) {
			waiting.assertActivity(Activities.OTHER, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void fileIsFile(ThreadKind kind, @TempDir Path directory) throws Exception {
		Path fifo = fifo(directory);
		try (RandomAccessFile other = new RandomAccessFile(fifo.toFile(), "rw");
				FileInputStream in = new FileInputStream(fifo.toFile());
				Waiting waiting = Waiting.start(kind, in::read, () -> other.write(1))) {
			waiting.assertActivity(Activities.FILE, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void openingFileIsFile(ThreadKind kind, @TempDir Path directory) throws Exception {
		Path fifo = fifo(directory);
		try (Waiting waiting = Waiting.start(kind, () -> {
			new FileInputStream(fifo.toFile()).close();
			return null;
		}, () -> new RandomAccessFile(fifo.toFile(), "rw").close())) {
			waiting.assertActivity(Activities.FILE, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void fileChannelIsFile(ThreadKind kind, @TempDir Path directory) throws Exception {
		Path fifo = fifo(directory);
		try (RandomAccessFile other = new RandomAccessFile(fifo.toFile(), "rw");
				FileChannel in = FileChannel.open(fifo, StandardOpenOption.READ);
				Waiting waiting = Waiting.start(kind, () -> in.read(ByteBuffer.allocate(1)), () -> other.write(1))) {
			waiting.assertActivity(Activities.FILE, OWN);
		}
	}

	private static Path fifo(Path directory) throws Exception {
		Path fifo = directory.resolve("fifo");
		assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
		return fifo;
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void acceptIsNetwork(ThreadKind kind) throws Exception {
		ServerSocket server = new ServerSocket(0);
		try (Waiting waiting = Waiting.start(kind, server::accept, server::close)) {
			waiting.assertActivity(Activities.NETWORK, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void selectorIsNetwork(ThreadKind kind) throws Exception {
		Selector selector = Selector.open();
		try (Waiting waiting = Waiting.start(kind, selector::select, selector::wakeup)) {
			waiting.assertActivity(Activities.NETWORK, OWN);
		}
		selector.close();
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void socketIsNetwork(ThreadKind kind) throws Exception {
		try (SilentServer server = new SilentServer();
				Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
				Waiting waiting = Waiting.start(kind, () -> socket.getInputStream().read(), socket::close)) {
			waiting.assertActivity(Activities.NETWORK, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void socketChannelIsNetwork(ThreadKind kind) throws Exception {
		try (SilentServer server = new SilentServer();
				SocketChannel channel = SocketChannel
					.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
				Waiting waiting = Waiting.start(kind, () -> channel.read(ByteBuffer.allocate(1)), channel::close)) {
			waiting.assertActivity(Activities.NETWORK, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void writingToSocketIsNetwork(ThreadKind kind) throws Exception {
		ByteBuffer large = ByteBuffer.allocate(100_000_000);
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				SocketChannel channel = SocketChannel
					.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
				Waiting waiting = Waiting.start(kind, () -> {
					while (large.hasRemaining()) {
						channel.write(large);
					}
					return null;
				}, channel::close)) {
			waiting.assertActivity(Activities.NETWORK, OWN);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void spinningIsCpu(ThreadKind kind) {
		AtomicBoolean done = new AtomicBoolean();
		assertRunning(kind, done, () -> {
			while (!done.get()) {
				Thread.onSpinWait();
			}
		});
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void codeOfTheJdkIsCpu(ThreadKind kind) {
		AtomicBoolean done = new AtomicBoolean();
		Pattern pattern = Pattern.compile("(x+x+)+y");
		assertRunning(kind, done, () -> {
			while (!done.get()) {
				pattern.matcher("xxxxxxxxxxxxxxxx").matches();
			}
		});
	}

	private void assertRunning(ThreadKind kind, AtomicBoolean done, Runnable task) {
		Activities activities = new Activities(Map.of());
		Thread thread = kind.start(task);
		try {
			// Neither before it runs nor after
			await().until(() -> List.of(thread.getStackTrace())
				.stream()
				.anyMatch((call) -> call.getClassName().startsWith(JdkActivityTests.class.getName())));
			for (int i = 0; i < 50; i++) {
				StackTraceElement[] stack = thread.getStackTrace();
				assertThat(activities.of(stack, thread.getState())).as(() -> List.of(stack).toString())
					.isEqualTo(Activities.CPU);
			}
		}
		finally {
			done.set(true);
		}
		await().atMost(Duration.ofSeconds(30)).until(() -> !thread.isAlive());
	}

}
