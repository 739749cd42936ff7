package io.gmicro.http;

/**
 * Requests without a server.
 */
final class Requests {

	static final RequestLabels.Table LABELS = new RequestLabels.Table(LabelRules.KNOWN_METHODS, false);

	private Requests() {
	}

	static Exchange exchange(String method) {
		return new Exchange(labels(method), System.nanoTime());
	}

	static RequestLabels labels(String method) {
		return LABELS.find(method, "http", "HTTP/1.1");
	}

}
