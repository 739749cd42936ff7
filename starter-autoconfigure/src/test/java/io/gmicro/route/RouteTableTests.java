package io.gmicro.route;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPatternParser;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table finds what Spring would have matched.
 */
class RouteTableTests {

	private final RouteTable table = new RouteTable();

	@ParameterizedTest
	@CsvSource(delimiterString = "->", nullValues = "none",
			value = { "/ -> /", "/orders -> /orders", "/orders/7 -> /orders/{id}", "/orders/new -> /orders/new",
					"/orders/7/lines -> /orders/{id}/lines", "/orders/7/lines/3 -> /orders/{id}/lines/{line}",
					"/orders/7/other/1/2 -> /orders/{id}/other/**", "/orders/7/other -> /orders/{id}/other/**",
					"/files/a/b/c -> /files/{*path}", "/files -> /files/{*path}", "/n/123 -> /n/{number:\\d+}",
					"/n/abc -> /n/{word:[a-z]+}", "/n/A1 -> none", "/img/x.png -> /img/*.png",
					"/img/x.gif -> /img/{name}.gif", "/img/x.bmp -> none", "/a%20b -> none", "/%6Frders -> /orders",
					"/orders/7;v=1/lines -> /orders/{id}/lines", "/orders/7/ -> none", "//orders -> none",
					"/Orders -> none", "/orders/7/lines/3/4 -> none", "/deep/x/end -> /deep/{a}/end",
					"/deep/literal/end -> /deep/{a}/end", "/deep/literal/only -> /deep/literal/only", "'' -> none" })
	void findsTheMostSpecificTemplate(String path, String expected) {
		Stream
			.of("/", "/orders", "/orders/{id}", "/orders/new", "/orders/{id}/lines", "/orders/{id}/lines/{line}",
					"/orders/{id}/other/**", "/files/{*path}", "/n/{number:\\d+}", "/n/{word:[a-z]+}", "/img/*.png",
					"/img/{name}.gif", "/deep/{a}/end", "/deep/literal/only")
			.map(PathPatternParser.defaultInstance::parse)
			.forEach(this.table::add);
		assertThat(this.table.find(PathContainer.parsePath(path))).isEqualTo(expected);
	}

	@Test
	void lineEndsInATemplateAreCharactersLikeOthers() {
		for (String template : List.of("/**\n", "/a\n*", "/b\r?", "/c\n{x}")) {
			this.table.add(PathPatternParser.defaultInstance.parse(template));
		}
		for (String path : List.of("/**\n", "/x\n", "/a\n1", "/b\r1", "/c\nx", "/c")) {
			PathContainer container = PathContainer.parsePath(path);
			assertThat(this.table.find(container)).as(path)
				.isEqualTo(Stream.of("/a\n*", "/b\r?", "/c\n{x}", "/**\n")
					.filter((template) -> PathPatternParser.defaultInstance.parse(template).matches(container))
					.findFirst()
					.orElse(null));
		}
	}

	@Test
	void testsFewTemplatesHoweverManyThereAre() {
		for (int i = 0; i < 10_000; i++) {
			this.table.add(PathPatternParser.defaultInstance.parse("/" + i + "/{id}"));
			this.table.add(PathPatternParser.defaultInstance.parse("/api/{id}/" + i));
			this.table.add(PathPatternParser.defaultInstance.parse("/alike/{id" + i + ":\\d}"));
		}
		assertThat(this.table.find(PathContainer.parsePath("/9999/x"))).isEqualTo("/9999/{id}");
		assertThat(this.table.find(PathContainer.parsePath("/api/x/9999"))).isEqualTo("/api/{id}/9999");
		assertThat(this.table.find(PathContainer.parsePath("/api/x/none"))).isNull();
		assertThat(this.table.find(PathContainer.parsePath("/alike/none"))).isNull();
	}

}
