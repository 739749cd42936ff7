package io.gmicro.testing;

import java.util.ArrayList;
import java.util.List;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application with all profiles that lives until its standard input ends, and so no
 * longer than the test that started it. Prints its port.
 */
public final class DiskServer {

	private DiskServer() {
	}

	public static void main(String[] args) throws Exception {
		List<String> properties = new ArrayList<>(List.of(args));
		properties.addAll(List.of("gmicro.pprof.enabled=true", "gmicro.pprof.heap.enabled=true",
				"gmicro.pprof.trace.enabled=true", "gmicro.metrics.enabled=true",
				"gmicro.diagnostics.access=unrestricted"));
		TestServer server = TestServer.start(Container.TOMCAT, Work.class, properties.toArray(String[]::new));
		System.out.println("port " + server.port());
		while (System.in.read() >= 0) {
			// It goes on
		}
		Runtime.getRuntime().halt(0);
	}

	@Configuration(proxyBeanMethods = false)
	static class Work {

		@Bean
		WorkController workController() {
			return new WorkController();
		}

	}

	@RestController
	static class WorkController {

		private volatile byte[] sink = {};

		@GetMapping("/work")
		synchronized String work() throws InterruptedException {
			for (int i = 0; i < 100; i++) {
				this.sink = new byte[100_000];
			}
			Thread thread = new Thread(() -> {
			}, "work");
			thread.start();
			thread.join();
			return "done " + this.sink.length;
		}

	}

}
