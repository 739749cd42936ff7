package io.gmicro.gin;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Routes as gin writes them.
 */
class GinUriTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			/                           | /
			/orders                     | /orders
			/orders/{id}                | /orders/:id
			/orders/{id}/items/{item}   | /orders/:id/items/:item
			/orders/{id:[0-9]{1,3}}     | /orders/:id
			/orders/{id:[0-9]+}/items   | /orders/:id/items
			/braces/{id:\\{\\d+}/x      | /braces/:id/x
			/files/{name}.{extension}   | /files/:name.:extension
			/files/**                   | /files/*path
			/files/{*rest}              | /files/*rest
			/**                         | /*path
			/one/*/level                | /one/*/level
			/users/:id                  | /users/:id
			/open/{brace                | /open/
			NOT_FOUND                   | ""
			REDIRECTION                 | ""
			UNKNOWN                     | ""
			_OTHER                      | _OTHER
			""")
	void ofRoute(String route, String uri) {
		assertThat(GinUri.of(route)).isEqualTo(uri);
	}

}
