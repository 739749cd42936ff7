package io.gmicro.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.gmicro.http.ExchangeKind.Sender;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.TestServer;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients of the {@link KindsApplication}. Each checks what it was answered.
 */
final class Senders {

	static final int PIPELINED = 5;

	private static final int CONNECTION_ATTEMPTS = 3;

	private Senders() {
	}

	static Sender get(String path, int status) {
		return (server) -> assertThat(server.get(path).statusCode()).as(path).isEqualTo(status);
	}

	static Sender authenticated(String path, int status) {
		return (server) -> assertThat(
				server.send(path, (request) -> request.header("Authorization", KindsApplication.USER)).statusCode())
			.as(path)
			.isEqualTo(status);
	}

	/** For what the JDK's client does not send, or cannot read to the end. */
	static Sender raw(String method, String target, int status) {
		return (server) -> assertThat(RawClient.answer(server, method, target)).as(target)
			.startsWith("HTTP/1.1 " + status);
	}

	static void forward(TestServer server) {
		assertThat(server.get("/forward").body()).isEqualTo(KindsApplication.LARGE);
	}

	static void upload(TestServer server) {
		String body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n"
				+ "much ".repeat(50_000) + "\r\n--x--\r\n";
		HttpResponse<String> response = server.send("/upload",
				(request) -> request.header("Content-Type", "multipart/form-data; boundary=x")
					.POST(HttpRequest.BodyPublishers.ofString(body)));
		assertThat(response.body()).isEqualTo("250000");
	}

	static void expectContinue(TestServer server) throws IOException {
		try (Socket socket = connect(server)) {
			write(socket, "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
					+ "Content-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\n");
			assertThat(read(socket, 12)).isEqualTo("HTTP/1.1 100");
			write(socket, "body");
			assertThat(read(socket)).contains("HTTP/1.1 200", "body");
		}
	}

	/** All of them on their way before the first answer is read. */
	static void pipelined(TestServer server) throws IOException {
		try (Socket socket = connect(server)) {
			write(socket, "GET /text HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(PIPELINED - 1)
					+ "GET /text HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
			assertThat(read(socket).split("HTTP/1.1 200", -1)).hasSize(PIPELINED + 1);
		}
	}

	static void upgrade(TestServer server) throws IOException {
		try (Socket socket = connect(server)) {
			write(socket, "GET /upgrade HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
			assertThat(read(socket, 12)).isEqualTo("HTTP/1.1 101");
		}
	}

	static void webSocket(TestServer server) throws Exception {
		CompletableFuture<String> echo = new CompletableFuture<>();
		WebSocket.Listener listener = new WebSocket.Listener() {

			@Override
			public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
				echo.complete(text.toString());
				return CompletableFuture.completedStage(null);
			}

		};
		WebSocket socket = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/socket"), listener)
			.get(20, TimeUnit.SECONDS);
		socket.sendText("hello", true);
		assertThat(echo.get(20, TimeUnit.SECONDS)).isEqualTo("hello");
		socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);
		socket.abort();
	}

	static void goneBeforeTheBody(TestServer server) throws IOException {
		try (Socket socket = connect(server)) {
			socket.setSoLinger(true, 0);
			write(socket, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
					+ "Content-Length: 1000\r\n\r\npart of it");
			awaitActive(server);
		}
	}

	static Sender gone(String path) {
		return (server) -> {
			try (Socket socket = connect(server)) {
				socket.setSoLinger(true, 0);
				write(socket, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
				awaitActive(server);
			}
		};
	}

	static void goneDuringEvents(TestServer server) throws IOException {
		KindsApplication.Events events = server.context().getBean(KindsApplication.Events.class);
		try (Socket socket = connect(server)) {
			socket.setSoLinger(true, 0);
			write(socket, "GET /events/endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(read(socket, 12)).isEqualTo("HTTP/1.1 200");
			events.goOn();
		}
	}

	static void resetStream(TestServer server) throws Exception {
		assertThat(resetStreams(server, 1)).isOne();
	}

	/**
	 * Streams of HTTP/2, on a new connection.
	 * @return how many were answered before the container closed the connection, if it
	 * did
	 */
	static int resetStreams(TestServer server, int streams) throws Exception {
		HttpClient client = connect(server, CONNECTION_ATTEMPTS);
		for (int i = 0; i < streams; i++) {
			try {
				HttpResponse<InputStream> response = client.send(HttpRequest.newBuilder(server.uri("/endless")).build(),
						HttpResponse.BodyHandlers.ofInputStream());
				assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
				assertThat(response.statusCode()).isEqualTo(200);
				response.body().close();
			}
			catch (IOException ex) {
				return i;
			}
		}
		return streams;
	}

	/**
	 * Upgrades a connection with a request that is not recorded. Now and then a container
	 * does not answer the client of the JDK at that.
	 */
	private static HttpClient connect(TestServer server, int attempts) throws Exception {
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		try {
			HttpResponse<String> metrics = client.send(
					HttpRequest.newBuilder(server.uri("/metrics")).timeout(Duration.ofSeconds(10)).build(),
					HttpResponse.BodyHandlers.ofString());
			assertThat(metrics.version()).isEqualTo(HttpClient.Version.HTTP_2);
			return client;
		}
		catch (IOException ex) {
			if (attempts > 1) {
				return connect(server, attempts - 1);
			}
			throw ex;
		}
	}

	static void http2(TestServer server) throws Exception {
		HttpClient client = connect(server, CONNECTION_ATTEMPTS);
		for (String path : List.of("/text", "/large", "/fails", "/nothing/here", "/callable", "/deferred/fails")) {
			HttpResponse<String> response = client.send(HttpRequest.newBuilder(server.uri(path)).build(),
					HttpResponse.BodyHandlers.ofString());
			assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
		}
	}

	/** Whatever is answered, to the end. */
	static void sendRaw(TestServer server, String text) throws IOException {
		try (Socket socket = connect(server)) {
			write(socket, text);
			socket.shutdownOutput();
			read(socket);
		}
	}

	/** Nothing is waited for. */
	static void sendPart(TestServer server, String text) throws IOException {
		try (Socket socket = connect(server)) {
			write(socket, text);
		}
	}

	private static void awaitActive(TestServer server) {
		Awaitility.await()
			.untilAsserted(() -> assertThat(server.scrape().sum("http_server_active_requests")).isPositive());
	}

	private static Socket connect(TestServer server) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
		socket.setSoTimeout(20_000);
		return socket;
	}

	private static void write(Socket socket, String text) throws IOException {
		OutputStream out = socket.getOutputStream();
		out.write(text.getBytes(StandardCharsets.US_ASCII));
		out.flush();
	}

	private static String read(Socket socket, int length) throws IOException {
		return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
	}

	private static String read(Socket socket) throws IOException {
		return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
	}

}
