package io.gmicro.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

import io.prometheus.metrics.exporter.common.PrometheusHttpExchange;
import io.prometheus.metrics.exporter.common.PrometheusHttpRequest;
import io.prometheus.metrics.exporter.common.PrometheusHttpResponse;

/**
 * What client_java's handler reads from and writes to.
 *
 * @param accept the format asked for
 * @param gzip whether it may be compressed
 */
record ClientJavaExchange(String accept,
		boolean gzip) implements PrometheusHttpExchange, PrometheusHttpRequest, PrometheusHttpResponse {

	@Override
	public PrometheusHttpRequest getRequest() {
		return this;
	}

	@Override
	public PrometheusHttpResponse getResponse() {
		return this;
	}

	@Override
	public void handleException(IOException ex) throws IOException {
		throw ex;
	}

	@Override
	public void handleException(RuntimeException ex) {
		throw ex;
	}

	@Override
	public void close() {
	}

	@Override
	public String getQueryString() {
		return "";
	}

	@Override
	public Enumeration<String> getHeaders(String name) {
		return switch (name) {
			case "Accept" -> Collections.enumeration(List.of(this.accept));
			case "Accept-Encoding" -> Collections.enumeration(this.gzip ? List.of("gzip") : List.of());
			default -> Collections.emptyEnumeration();
		};
	}

	@Override
	public String getMethod() {
		return "GET";
	}

	@Override
	public String getRequestPath() {
		return "/metrics";
	}

	@Override
	public void setHeader(String name, String value) {
	}

	@Override
	public OutputStream sendHeadersAndGetBody(int status, int contentLength) {
		return OutputStream.nullOutputStream();
	}

}
