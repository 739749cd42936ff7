package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.gmicro.autoconfigure.OwnNamesFilter.OwnMeter;
import io.micrometer.core.instrument.Meter.Type;

/**
 * The meters that gmicro records under OpenTelemetry's names, as they are configured.
 */
final class OwnNames {

	private OwnNames() {
	}

	static OwnNamesFilter ofRequests(GmicroProperties properties) {
		List<OwnMeter> meters = new ArrayList<>();
		GmicroProperties.Http http = properties.http();
		if (properties.metrics().naming().isStandard()) {
			if (http.requestDuration().enabled()) {
				meters
					.add(http(Type.TIMER, "request.duration", "Duration of HTTP server requests", "request-duration"));
			}
			if (http.statusCode().enabled()) {
				meters.add(http(Type.COUNTER, "responses", "HTTP server responses by status code", "status-code"));
				meters.add(http(Type.COUNTER, "aborted.responses",
						"HTTP server responses that failed after they had been committed", "status-code"));
			}
			if (http.activeRequests().enabled()) {
				meters.add(http(Type.GAUGE, "active_requests", "HTTP server requests that are being served",
						"active-requests"));
			}
			if (http.bodySize().enabled()) {
				meters.add(http(Type.DISTRIBUTION_SUMMARY, "request.body.size", "Size of HTTP server request bodies",
						"body-size"));
				meters.add(http(Type.DISTRIBUTION_SUMMARY, "response.body.size",
						"Size of HTTP server response bodies before compression", "body-size"));
			}
			if (http.slowRequests().enabled()) {
				meters.add(http(Type.COUNTER, "slow.requests",
						"HTTP server requests that took longer than their threshold", "slow-requests"));
			}
			if (http.uniqueClients().enabled()) {
				meters.add(http(Type.GAUGE, "unique_clients",
						"Estimate of the clients with different addresses since the start", "unique-clients"));
			}
		}
		return new OwnNamesFilter(meters);
	}

	private static OwnMeter http(Type type, String name, String description, String key) {
		return new OwnMeter(type, "http.server." + name, (type == Type.DISTRIBUTION_SUMMARY) ? "bytes" : "",
				description, "gmicro.http." + key + ".enabled=false");
	}

	static OwnNamesFilter ofCalls(GmicroProperties properties) {
		List<OwnMeter> meters = new ArrayList<>();
		if (properties.metrics().naming().isStandard()) {
			if (properties.grpc().server().enabled()) {
				addCalls(meters, "server");
				meters.add(rpc(Type.COUNTER, "server", "slow.calls",
						"gRPC server calls that took longer than their threshold"));
			}
			if (properties.grpc().client().enabled()) {
				addCalls(meters, "client");
			}
		}
		return new OwnNamesFilter(meters);
	}

	private static void addCalls(List<OwnMeter> meters, String side) {
		meters.add(rpc(Type.TIMER, side, "call.duration", "Duration of gRPC " + side + " calls"));
		meters.add(rpc(Type.COUNTER, side, "responses", "gRPC " + side + " calls by status code"));
		meters.add(rpc(Type.COUNTER, side, "messages.sent", "Messages that a gRPC " + side + " has sent"));
		meters.add(rpc(Type.COUNTER, side, "messages.received", "Messages that a gRPC " + side + " has received"));
	}

	private static OwnMeter rpc(Type type, String side, String name, String description) {
		return new OwnMeter(type, "rpc." + side + "." + name, "", description,
				"gmicro.grpc." + side + ".enabled=false");
	}

}
