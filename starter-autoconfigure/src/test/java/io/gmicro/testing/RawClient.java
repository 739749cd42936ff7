package io.gmicro.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A connection for what the JDK's client refuses to send, and for clients that do not
 * wait for their answers.
 */
public final class RawClient implements AutoCloseable {

	private static final int LONGEST_SILENCE_MILLIS = 15_000;

	private final Socket socket;

	private RawClient(Socket socket) {
		this.socket = socket;
	}

	/**
	 * Sends a request and does not wait for the answer.
	 * @param server where to send it
	 * @param method the request method
	 * @param target the request target, as it is
	 * @param headers more header lines, none for {@code Host} unless it is another
	 * @return the connection
	 * @throws IOException if it cannot be sent
	 */
	public static RawClient send(TestServer server, String method, String target, String... headers)
			throws IOException {
		return send(server.port(), method + " " + target + " HTTP/1.1", headers);
	}

	private static RawClient send(int port, String requestLine, String... headers) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
		socket.setSoTimeout(LONGEST_SILENCE_MILLIS);
		String more = String.join("\r\n", headers);
		String host = more.startsWith("Host:") ? "" : "Host: localhost\r\n";
		String request = requestLine + "\r\n" + host + "Connection: close\r\n" + (more.isEmpty() ? "" : more + "\r\n")
				+ "\r\n";
		socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
		return new RawClient(socket);
	}

	/**
	 * Sends a request and waits for the whole answer.
	 * @param server where to send it
	 * @param method the request method
	 * @param target the request target, as it is
	 * @param headers more header lines
	 * @return status line, headers and body
	 * @throws IOException if there is no answer
	 */
	public static String answer(TestServer server, String method, String target, String... headers) throws IOException {
		return answer(server.port(), method + " " + target + " HTTP/1.1", headers);
	}

	/**
	 * Sends a request to any port of the loopback interface and waits for the whole
	 * answer.
	 * @param port the port
	 * @param requestLine method, target and version
	 * @param headers more header lines
	 * @return status line, headers and body
	 * @throws IOException if there is no answer
	 */
	public static String answer(int port, String requestLine, String... headers) throws IOException {
		try (RawClient client = send(port, requestLine, headers)) {
			return new String(client.socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
		}
	}

	/** Closes the connection in order, before the answer is complete. */
	public void leave() throws IOException {
		this.socket.close();
	}

	/** Breaks the connection off. */
	public void reset() throws IOException {
		this.socket.setSoLinger(true, 0);
		this.socket.close();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
