package io.gmicro.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real reverse proxy in a process of its own on a free port of the loopback interface,
 * configured with as little as it starts with.
 */
public final class ReverseProxy implements AutoCloseable {

	private static final int ATTEMPTS = 5;

	private static final Duration START = Duration.ofMinutes(1);

	private final Process process;

	private final int port;

	private ReverseProxy(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Starts nginx.
	 * @param directory where it has its files
	 * @param target the port of the application
	 * @param listen options of its port, as in {@code http2}
	 * @param directives what its location has beside {@code proxy_pass}
	 * @return the running proxy
	 * @throws IOException if it cannot be configured
	 */
	public static ReverseProxy nginx(Path directory, int target, String listen, String directives) throws IOException {
		Files.createDirectories(directory.resolve("tmp"));
		return start(directory, "nginx", List.of("-p", directory.toString(), "-e", "stderr", "-c"), """
				daemon off;
				master_process off;
				pid nginx.pid;
				events {}
				http {
				  access_log off;
				  client_body_temp_path tmp/body;
				  proxy_temp_path tmp/proxy;
				  fastcgi_temp_path tmp/fastcgi;
				  uwsgi_temp_path tmp/uwsgi;
				  scgi_temp_path tmp/scgi;
				  server {
				    listen 127.0.0.1:@PORT@ %s;
				    location / { %s proxy_pass http://127.0.0.1:%d; }
				  }
				}
				""".formatted(listen, directives, target));
	}

	/**
	 * Starts HAProxy.
	 * @param directory where it has its files
	 * @param target the port of the application
	 * @param mode {@code http} or {@code tcp}
	 * @return the running proxy
	 * @throws IOException if it cannot be configured
	 */
	public static ReverseProxy haproxy(Path directory, int target, String mode) throws IOException {
		return start(directory, "haproxy", List.of("-db", "-f"), """
				defaults
				  mode %s
				  timeout connect 10s
				  timeout client 60s
				  timeout server 60s
				listen application
				  bind 127.0.0.1:@PORT@
				  server one 127.0.0.1:%d
				""".formatted(mode, target));
	}

	// Another process may take the port between its choice and its use.
	private static ReverseProxy start(Path directory, String tool, List<String> options, String configuration)
			throws IOException {
		Path file = directory.resolve("proxy.conf");
		Path log = directory.resolve("proxy.log");
		List<String> command = Stream.of(Stream.of(RealTool.find(tool)), options.stream(), Stream.of(file.toString()))
			.flatMap((part) -> part)
			.toList();
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			int port = freePort();
			Files.writeString(file, configuration.replace("@PORT@", Integer.toString(port)));
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(log.toFile())
				.start();
			ReverseProxy proxy = new ReverseProxy(process, port);
			if (proxy.accepts()) {
				return proxy;
			}
			proxy.close();
		}
		throw new AssertionError(tool + " does not start: " + Files.readString(log));
	}

	private boolean accepts() {
		try {
			await().atMost(START).until(() -> !this.process.isAlive() || connects());
			return this.process.isAlive();
		}
		catch (RuntimeException | Error ex) {
			close();
			throw ex;
		}
	}

	private boolean connects() {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	public int port() {
		assertThat(this.process.isAlive()).isTrue();
		return this.port;
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
