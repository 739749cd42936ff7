package io.gmicro.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * An HTTP server on loopback that responds after the number of milliseconds in the query.
 */
final class SlowHttp implements AutoCloseable {

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final HttpServer server;

	private SlowHttp(HttpServer server) {
		this.server = server;
		server.setExecutor(this.executor);
		server.createContext("/", SlowHttp::respond);
		server.start();
	}

	static SlowHttp start() throws IOException {
		// Otherwise a response waits for the acknowledgement of its headers
		System.setProperty("sun.net.httpserver.nodelay", "true");
		return new SlowHttp(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
	}

	private static void respond(HttpExchange exchange) throws IOException {
		try {
			TimeUnit.MILLISECONDS.sleep(Long.parseLong(exchange.getRequestURI().getQuery()));
			exchange.sendResponseHeaders(204, -1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			exchange.close();
		}
	}

	URI uri() {
		return URI.create("http://127.0.0.1:" + this.server.getAddress().getPort() + "/");
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.executor.shutdownNow();
	}

}
