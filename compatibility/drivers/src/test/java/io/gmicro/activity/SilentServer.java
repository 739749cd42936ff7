package io.gmicro.activity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Accepts connections and never answers.
 */
final class SilentServer implements AutoCloseable {

	private final List<Socket> connections = new CopyOnWriteArrayList<>();

	private final ServerSocket socket;

	private volatile boolean closed;

	SilentServer() throws IOException {
		this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		ThreadKind.PLATFORM.start(this::accept);
	}

	private void accept() {
		try {
			while (true) {
				Socket connection = this.socket.accept();
				this.connections.add(connection);
				if (this.closed) {
					connection.close();
				}
			}
		}
		catch (IOException ex) {
			// Closed
		}
	}

	int port() {
		return this.socket.getLocalPort();
	}

	String url() {
		return "http://127.0.0.1:" + port() + "/";
	}

	int connections() {
		return this.connections.size();
	}

	@Override
	public void close() throws IOException {
		this.closed = true;
		this.socket.close();
		for (Socket connection : this.connections) {
			connection.close();
		}
	}

}
