package io.gmicro.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A variant of the application in a process of its own.
 */
final class ServiceProcess implements AutoCloseable {

	private static final String PATH = "/orders/1";

	private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final Process process;

	private final URI uri;

	private final Duration startup;

	private final Duration startupCpu;

	private ServiceProcess(Process process, URI uri, String startup) {
		this.process = process;
		this.uri = uri;
		String[] nanos = startup.split(" ", 2);
		this.startup = Duration.ofNanos(Long.parseLong(nanos[0]));
		this.startupCpu = Duration.ofNanos(Long.parseLong(nanos[1]));
	}

	/** Start the application and wait for its first answer. */
	static ServiceProcess start(Jars jars, Variant variant) throws IOException, InterruptedException {
		int port = Server.freePort();
		List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(),
				"-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-cp", jars.classPath(variant), Service.class.getName(),
				"--server.address=127.0.0.1", "--server.port=" + port, "--spring.main.banner-mode=off"));
		command.addAll(variant.arguments());
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		ShutdownHook.add(process::destroy);
		try {
			String startup = new BufferedReader(process.inputReader(StandardCharsets.UTF_8)).readLine();
			if (startup == null) {
				throw new IOException("The service did not start");
			}
			ServiceProcess service = new ServiceProcess(process, URI.create("http://127.0.0.1:" + port), startup);
			service.get();
			return service;
		}
		catch (IOException | InterruptedException | RuntimeException ex) {
			process.destroy();
			throw ex;
		}
	}

	private void get() throws IOException, InterruptedException {
		HttpResponse<Void> response = CLIENT.send(HttpRequest.newBuilder(uri()).build(),
				HttpResponse.BodyHandlers.discarding());
		if (response.statusCode() != 200) {
			throw new IOException(uri() + " answered " + response.statusCode());
		}
	}

	URI uri() {
		return this.uri.resolve(PATH);
	}

	/** As long as the "Started" line of Spring Boot says. */
	Duration startup() {
		return this.startup;
	}

	/** What of that the thread that started the application was on a processor. */
	Duration startupCpu() {
		return this.startupCpu;
	}

	/** What the operating system charged the process with so far. */
	Duration cpu() {
		return this.process.info().totalCpuDuration().orElseThrow();
	}

	/** Performance counters of the JVM after a collection. */
	Map<String, Long> counters() throws IOException, InterruptedException {
		jcmd("GC.run");
		return jcmd("PerfCounter.print").lines()
			.filter((line) -> line.matches("[\\w.]+=\\d+"))
			.map((line) -> line.split("=", 2))
			.collect(Collectors.toMap((pair) -> pair[0], (pair) -> Long.valueOf(pair[1])));
	}

	private String jcmd(String command) throws IOException, InterruptedException {
		Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
				String.valueOf(this.process.pid()), command)
			.redirectErrorStream(true)
			.start();
		String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (jcmd.waitFor() != 0) {
			throw new IOException("jcmd " + command + ": " + output);
		}
		return output;
	}

	@Override
	public void close() throws InterruptedException {
		this.process.destroy();
		if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
			this.process.destroyForcibly();
		}
	}

}
