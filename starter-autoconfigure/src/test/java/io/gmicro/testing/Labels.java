package io.gmicro.testing;

/**
 * The labels of samples as a scrape writes them, of requests over plain HTTP.
 */
public final class Labels {

	private Labels() {
	}

	public static String request(String method) {
		return "http_request_method=\"" + method + "\",url_scheme=\"http\"";
	}

	public static String route(String method, String route) {
		return "http_request_method=\"" + method + "\",http_route=\"" + route + "\",url_scheme=\"http\"";
	}

	public static String response(String method, String route, int status) {
		String errorType = (status >= 500 || status == 499) ? Integer.toString(status) : "";
		return response(method, route, status, errorType);
	}

	public static String response(String method, String route, int status, String errorType) {
		return "error_type=\"" + errorType + "\",http_request_method=\"" + method + "\",http_response_status_code=\""
				+ status + "\",http_route=\"" + route + "\",url_scheme=\"http\"";
	}

}
