package io.gmicro.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Receives what Alertmanager posts.
 */
final class WebHook implements AutoCloseable {

	private static final JsonMapper json = new JsonMapper();

	private final List<Told> told = new CopyOnWriteArrayList<>();

	private final HttpServer server;

	private WebHook(HttpServer server) {
		this.server = server;
		server.createContext("/", this::receive);
		server.start();
	}

	static WebHook start() throws IOException {
		return new WebHook(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
	}

	int port() {
		return this.server.getAddress().getPort();
	}

	private void receive(HttpExchange exchange) throws IOException {
		JsonNode message = json.readTree(exchange.getRequestBody());
		for (JsonNode alert : message.path("alerts")) {
			this.told.add(new Told(message.path("receiver").asString(), alert.path("status").asString(),
					strings(alert.path("labels")), strings(alert.path("annotations"))));
		}
		exchange.sendResponseHeaders(204, -1);
		exchange.close();
	}

	private static Map<String, String> strings(JsonNode node) {
		return json.convertValue(node, json.getTypeFactory().constructMapType(Map.class, String.class, String.class));
	}

	/** What was received so far of one kind of alert. */
	List<Told> told(String alertname) {
		return this.told.stream().filter((alert) -> alertname.equals(alert.labels().get("alertname"))).toList();
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	/**
	 * That an alert fires or is resolved.
	 *
	 * @param receiver who was told, as the configuration names it
	 * @param status {@code firing} or {@code resolved}
	 * @param labels of the alert
	 * @param annotations of the alert
	 */
	record Told(String receiver, String status, Map<String, String> labels, Map<String, String> annotations) {
	}

}
