package io.gmicro.compatibility.clinic;

import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client sends, and what is recorded of it.
 *
 * @param name the request, for failures
 * @param recorded method, route and status of each request
 * @param difference why the access log has another line, or {@code null} if it has not
 * @param sender sends it, and checks what the client receives
 */
record Visit(String name, List<String> recorded, @Nullable Difference difference, Sender sender) {

	private static final String JSON = "application/json";

	private static final String MULTIPART = "multipart/form-data; boundary=part";

	private static final String SPOKES = "spoke ".repeat(4000);

	interface Sender {

		void send(RunningWorkshop workshop) throws Exception;

	}

	@Override
	public String toString() {
		return this.name;
	}

	/**
	 * One of each.
	 * @return visits that can be made in any order, any number of times, side by side
	 */
	static List<Visit> all() {
		List<Visit> all = new ArrayList<>();
		all.addAll(bikes());
		all.addAll(repairs());
		all.addAll(staff());
		all.addAll(parts());
		all.addAll(graph());
		all.addAll(pages());
		all.addAll(raw());
		all.addAll(refused());
		return all;
	}

	private static List<Visit> bikes() {
		String bike = "{\"frameNumber\":\"WS-2001\",\"gears\":7}";
		return List.of(of("GET", "/bikes", 200, "/bikes"), of("GET", "/bikes?gears=10&size=2", 200, "/bikes"),
				of("GET", "/bikes?size=0", 400, "/bikes"), of("GET", "/bikes?size=many", 400, "/bikes"),
				of("HEAD", "/bikes", 200, "/bikes"), of("OPTIONS", "/bikes", 200, "/bikes"),
				of("DELETE", "/bikes", 401, "/bikes"),
				of("DELETE", "/bikes", 405, "/bikes", "", "Authorization", basic("ida", "spanner")),
				of("PATCH", "/bikes", 405, "/bikes"), of("POST", "/bikes", 201, "/bikes", bike, "Content-Type", JSON),
				of("POST", "/bikes", 415, "/bikes", bike, "Content-Type", "text/plain"),
				of("POST", "/bikes", 400, "/bikes", "{\"frameNumber\":", "Content-Type", JSON),
				of("POST", "/bikes", 400, "/bikes", "{\"frameNumber\":\" \",\"gears\":99}", "Content-Type", JSON),
				of("GET", "/bikes/1", 200, "/bikes/{id}"), of("HEAD", "/bikes/2", 200, "/bikes/{id}"),
				of("GET", "/bikes/404404", 404, "/bikes/{id}"), of("GET", "/bikes/tandem", 400, "/bikes/{id}"),
				of("GET", "/bikes/1", 406, "/bikes/{id}", "", "Accept", "text/css"),
				of("POST", "/bikes/1", 405, "/bikes/{id}"), of("DELETE", "/bikes/1", 401, "/bikes/{id}"),
				of("PUT", "/bikes/3/gears?gears=11", 204, "/bikes/{id}/gears"),
				of("PUT", "/bikes/3/gears?gears=0", 400, "/bikes/{id}/gears"),
				of("PUT", "/bikes/3/gears", 400, "/bikes/{id}/gears"),
				of("POST", "/bikes/1/photos", 202, "/bikes/{id}/photos", photo("small"), "Content-Type", MULTIPART),
				of("POST", "/bikes/1/photos", 413, "/bikes/{id}/photos", photo(SPOKES), "Content-Type", MULTIPART),
				of("POST", "/bikes/1/photos", 400, "/bikes/{id}/photos", "no part at all", "Content-Type", MULTIPART),
				of("POST", "/bikes/1/photos", 415, "/bikes/{id}/photos", "{}", "Content-Type", JSON),
				new Visit("add and scrap", List.of("POST /bikes 201", "DELETE /bikes/{id} 204"), null, (workshop) -> {
					HttpResponse<String> added = send(workshop, "POST", "/bikes", 201, bike, "Content-Type", JSON);
					URI location = URI.create(added.headers().firstValue("Location").orElseThrow());
					assertThat(workshop.send("DELETE", location, "", "Authorization", basic("ida", "spanner"))
						.join()
						.statusCode()).isEqualTo(204);
				}));
	}

	private static List<Visit> repairs() {
		return List.of(of("GET", "/bikes/1/repairs", 200, "/bikes/{bikeId}/repairs"),
				of("GET", "/repairs/2/estimate", 200, "/repairs/{id}/estimate"),
				of("GET", "/repairs/404404/estimate", 404, "/repairs/{id}/estimate"),
				of("GET", "/repairs/1/approval", 503, "/repairs/{id}/approval"),
				of("GET", "/repairs/1/invoice", 500, "/repairs/{id}/invoice"),
				of("HEAD", "/repairs/1/invoice", 500, "/repairs/{id}/invoice"));
	}

	private static List<Visit> staff() {
		return List.of(of("GET", "/staff/me", 401, "/staff/me"),
				of("GET", "/staff/me", 401, "/staff/me", "", "Authorization", basic("ida", "hammer")),
				of("GET", "/staff/me", 401, "/staff/me", "", "Authorization", basic("nobody", "spanner")),
				of("GET", "/staff/me", 200, "/staff/me", "", "Authorization", basic("ida", "spanner")),
				of("GET", "/staff/wages", 403, "/staff/wages", "", "Authorization", basic("ida", "spanner")),
				of("GET", "/staff/wages", 200, "/staff/wages", "", "Authorization", basic("oskar", "truing stand")),
				of("GET", "/staff/nothing", 401, "UNKNOWN"), of("POST", "/counter/questions", 403, "/counter/questions",
						"text=When", "Content-Type", "application/x-www-form-urlencoded"));
	}

	/**
	 * Spring Data REST has no answer to a repository that is not exported, nor to a
	 * method that a collection does not support: the resources are matched next.
	 */
	private static List<Visit> parts() {
		return List.of(of("GET", "/api", 200, "/api"), of("GET", "/api/parts", 200, "/api/parts"),
				of("GET", "/api/parts?page=1&size=2", 200, "/api/parts"),
				of("GET", "/api/parts/1", 200, "/api/parts/{id}"), of("HEAD", "/api/parts/2", 204, "/api/parts/{id}"),
				of("GET", "/api/parts/404404", 404, "/api/parts/{id}"),
				of("GET", "/api/parts/search", 200, "/api/parts/search"),
				of("GET", "/api/parts/search/findByName?name=tube", 200, "/api/parts/search/{search}"),
				of("GET", "/api/parts/search/nothing", 404, "/api/parts/search/{search}"),
				of("GET", "/api/profile", 200, "/api/profile"), of("GET", "/api/bikes", 200, "/**"),
				of("PUT", "/api/parts", 405, "/**"), of("OPTIONS", "/api/parts", 200, "/api/parts"),
				of("PATCH", "/api/parts/3", 204, "/api/parts/{id}", "{\"stock\":4}", "Content-Type", JSON),
				of("POST", "/api/parts", 400, "/api/parts", "{\"name\":", "Content-Type", JSON),
				of("POST", "/api/parts", 201, "/api/parts", "{\"name\":\"bell\",\"stock\":1}", "Content-Type", JSON));
	}

	/**
	 * Errors are answered with 200. The path of a request with an unsupported content
	 * type is matched by two predicates of Spring for GraphQL, which then report it
	 * twice, to Spring's own {@code http.server.requests} as well.
	 */
	private static List<Visit> graph() {
		return List.of(
				of("POST", "/graphql", 200, "/graphql", "{\"query\":\"{bike(id:1){frameNumber gears}}\"}",
						"Content-Type", JSON),
				of("POST", "/graphql", 200, "/graphql", "{\"query\":\"{bike(id:2){value}}\"}", "Content-Type", JSON),
				of("POST", "/graphql", 200, "/graphql", "{\"query\":\"{bike(id:404404){gears}}\"}", "Content-Type",
						JSON),
				of("POST", "/graphql", 200, "/graphql", "{\"query\":\"{nothing}\"}", "Content-Type", JSON),
				of("POST", "/graphql", 400, "/graphql", "{\"query\":", "Content-Type", JSON),
				of("POST", "/graphql", 415, "/graphql/graphql", "{bike}", "Content-Type", "text/css"),
				of("GET", "/graphql", 405, "/graphql"));
	}

	private static List<Visit> pages() {
		return List.of(of("GET", "/", 200, "/**"), of("GET", "/index.html", 200, "/**"),
				of("GET", "/css/workshop.css", 200, "/**"), of("HEAD", "/css/workshop.css", 200, "/**"),
				of("GET", "/css/missing.css", 404, "NOT_FOUND"), of("GET", "/any/page/at/all", 200, "/**"),
				of("POST", "/any/page/at/all", 405, "/**"), of("OPTIONS", "/any/page", 200, "/**"),
				of("GET", "/desk", 200, "/**"), of("GET", "/desk/orders/7", 200, "/**"),
				of("GET", "/css/workshop.css", 304, "/**", "", "If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
				of("GET", "/css/workshop.css", 206, "/**", "", "Range", "bytes=0-3"),
				of("GET", "/receipts/2", 302, "/receipts/{id}"), of("GET", "/receipts/lost", 400, "/receipts/{id}"),
				of("GET", "/v3/api-docs", 200, "/v3/api-docs"),
				of("GET", "/v3/api-docs.yaml", 200, "/v3/api-docs.yaml"), of("PURGE", "/bikes/1", 400, "/bikes/{id}"),
				of("GET", "/bikes//1", 400, "UNKNOWN"), of("GET", "/bikes/1;frame=steel", 400, "/bikes/{id}"));
	}

	/** What the JDK's client does not send. */
	private static List<Visit> raw() {
		return List.of(raw("GET /workshop/bikes/1 HTTP/1.0\r\n\r\n", 200, "GET /bikes/{id} 200"),
				raw("GET /workshop/bikes/1 HTTP/1.1\r\nHost: localhost\r\n\r\n" + request("GET", "/workshop/bikes"),
						200, "GET /bikes/{id} 200", "GET /bikes 200"),
				raw("POST /workshop/bikes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
						+ "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", 400, "POST /bikes 400"),
				new Visit("leaves before the end of its JSON", List.of("POST /bikes 499"), Difference.CLIENT_LEFT,
						(workshop) -> workshop.leave("POST /workshop/bikes?" + Difference.GONE + " HTTP/1.1\r\n"
								+ "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"fr")));
	}

	/** What is answered before a filter is called. */
	private static List<Visit> refused() {
		return List.of(refused(Difference.REFUSED_BY_CONNECTOR, 400, request("GET", "/workshop/refused/%zz")),
				refused(Difference.REFUSED_BY_CONNECTOR, 400, request("G@T", "/workshop/refused")),
				refused(Difference.REFUSED_BY_CONNECTOR, 400, "GET /workshop/refused HTTP/1.1\r\n\r\n"),
				refused(Difference.REFUSED_BY_CONNECTOR, 400, "nonsense\r\n\r\n"),
				refused(Difference.REFUSED_BY_CONNECTOR, 505,
						"GET /workshop/refused HTTP/9.9\r\nHost: localhost\r\n\r\n"),
				refused(Difference.TRACE, 405, request("TRACE", "/workshop/bikes")),
				refused(Difference.OUTSIDE_OF_APPLICATION, 404, request("GET", "/elsewhere")),
				refused(Difference.CONTEXT_PATH_WITHOUT_SLASH, 302, request("GET", "/workshop")));
	}

	private static Visit refused(Difference difference, int status, String text) {
		return raw(List.of(), difference, status, text);
	}

	private static Visit of(String method, String path, int status, String route) {
		return of(method, path, status, route, "");
	}

	private static Visit of(String method, String path, int status, String route, String body, String... headers) {
		return new Visit(method + " " + path + " " + String.join(" ", headers),
				List.of(known(method) + " " + route + " " + status), null,
				(workshop) -> send(workshop, method, path, status, body, headers));
	}

	private static HttpResponse<String> send(RunningWorkshop workshop, String method, String path, int status,
			String body, String... headers) {
		HttpResponse<String> response = workshop
			.send(method, workshop.uri(RunningWorkshop.CONTEXT_PATH + path), body, headers)
			.join();
		assertThat(response.statusCode()).as(method + " " + path + ": " + response.body()).isEqualTo(status);
		return response;
	}

	private static Visit raw(String text, int status, String... recorded) {
		return raw(List.of(recorded), null, status, text);
	}

	private static Visit raw(List<String> recorded, @Nullable Difference difference, int status, String text) {
		return new Visit(text, recorded, difference,
				(workshop) -> assertThat(workshop.exchange(text)).startsWith("HTTP/1.1 " + status + " "));
	}

	private static String request(String method, String path) {
		return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	}

	/** The label of a method. */
	static String known(String method) {
		return List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE").contains(method) ? method
				: "_OTHER";
	}

	static String basic(String name, String password) {
		return "Basic "
				+ Base64.getEncoder().encodeToString((name + ":" + password).getBytes(StandardCharsets.US_ASCII));
	}

	private static String photo(String content) {
		return "--part\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"bike.jpg\"\r\n"
				+ "Content-Type: image/jpeg\r\n\r\n" + content + "\r\n--part--\r\n";
	}

}
