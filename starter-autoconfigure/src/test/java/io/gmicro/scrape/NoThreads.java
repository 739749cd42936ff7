package io.gmicro.scrape;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.context.annotation.Configuration;

/**
 * Scrapes an application in a JVM of its own once there is no room left for another
 * thread, and prints what came of it. Each thread reserves as much of the address space
 * as {@code -Xss} says, and that space is limited.
 */
final class NoThreads {

	static final int SCRAPES = 6;

	private static final int MEGABYTE = 1 << 20;

	private NoThreads() {
	}

	public static void main(String[] args) throws Exception {
		long stack = Long.parseLong(args[1]) * MEGABYTE;
		try (TestServer server = TestServer.start(Container.valueOf(args[0]), Application.class,
				"gmicro.metrics.enabled=true")) {
			// Left for the JVM itself, and too little for a thread
			Thread reserve = Objects.requireNonNull(park(stack / 2));
			int threads = 0;
			for (long size = stack; size >= stack / 4; size /= 2) {
				while (park(size) != null) {
					threads++;
				}
			}
			System.out.println("threads " + threads);
			reserve.interrupt();
			reserve.join();
			for (int i = 0; i < SCRAPES; i++) {
				System.out.println(scrape(server.port()));
			}
			System.out.println("errors " + server.context()
				.getBean(PrometheusMeterRegistry.class)
				.get("gmicro.scrape.errors")
				.counter()
				.count());
			System.out.flush();
			Runtime.getRuntime().halt(0);
		}
	}

	private static @Nullable Thread park(long size) {
		Thread thread = new Thread(null, () -> {
			try {
				Thread.sleep(Long.MAX_VALUE);
			}
			catch (InterruptedException ex) {
				// Room is needed
			}
		}, "parked", size);
		thread.setDaemon(true);
		try {
			thread.start();
			return thread;
		}
		catch (OutOfMemoryError ex) {
			return null;
		}
	}

	private static String scrape(int port) throws Exception {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			socket.setSoTimeout(20_000);
			socket.getOutputStream()
				.write("GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			return (answer.startsWith("HTTP/1.1 200") ? "answered"
					: "failed: " + answer.lines().findFirst().orElse("no answer"))
					+ (answer.contains("jvm_memory_used_bytes{") ? " with metrics" : "");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

	}

}
