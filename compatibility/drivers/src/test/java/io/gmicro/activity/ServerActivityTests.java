package io.gmicro.activity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Activities of the server itself: a client that reads and writes slowly is not a call of
 * a client.
 */
@Timeout(120)
class ServerActivityTests {

	private final Streaming servlet = new Streaming();

	@Test
	void tomcatIsNetwork(@TempDir Path directory) throws Exception {
		Tomcat tomcat = new Tomcat();
		tomcat.setBaseDir(directory.toString());
		tomcat.setPort(0);
		tomcat.addServlet(tomcat.addContext("", null).getPath(), "streaming", this.servlet).addMapping("/");
		tomcat.start();
		try {
			assertNetwork(tomcat.getConnector().getLocalPort(), "org.apache.coyote.");
		}
		finally {
			tomcat.stop();
			tomcat.destroy();
		}
	}

	@Test
	void jettyIsNetwork() throws Exception {
		Server server = new Server();
		ServerConnector connector = new ServerConnector(server);
		server.addConnector(connector);
		ServletContextHandler context = new ServletContextHandler("/");
		context.addServlet(new ServletHolder(this.servlet), "/");
		server.setHandler(context);
		server.start();
		try {
			assertNetwork(connector.getLocalPort(), "org.eclipse.jetty.server.");
		}
		finally {
			server.stop();
		}
	}

	private void assertNetwork(int port, String inside) throws Exception {
		assertNetwork(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", inside);
		assertNetwork(port, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n", inside);
	}

	private void assertNetwork(int port, String request, String inside) throws Exception {
		this.servlet.thread = new CompletableFuture<>();
		try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
			client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
			Waiting waiting = Waiting.on(this.servlet.thread.join(), () -> {
			});
			waiting.assertActivity(Activities.NETWORK, inside);
		}
	}

	private static final class Streaming extends HttpServlet {

		private volatile CompletableFuture<Thread> thread = new CompletableFuture<>();

		@Override
		protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
			this.thread.complete(Thread.currentThread());
			byte[] block = new byte[100_000];
			for (int i = 0; i < 10_000; i++) {
				response.getOutputStream().write(block);
			}
		}

		@Override
		protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
			this.thread.complete(Thread.currentThread());
			request.getInputStream().read();
		}

	}

}
