package io.gmicro.http;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The labels that a request has when it begins.
 */
class RequestLabelsTests {

	private final RequestLabels.Table table = new RequestLabels.Table(LabelRules.KNOWN_METHODS, true);

	@ParameterizedTest
	@ValueSource(strings = { "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE" })
	void methodsOfTheConventionsAreKnown(String method) {
		assertThat(this.table.find(method, "http", "HTTP/1.1").method()).isEqualTo(method);
	}

	@ParameterizedTest
	@ValueSource(strings = { "get", "BREW", "", "GET ", "PROPFIND" })
	void everyOtherMethodIsOther(String method) {
		assertThat(this.table.find(method, "http", "HTTP/1.1").method()).isEqualTo("_OTHER");
	}

	@Test
	void configuredMethodsReplaceTheDefaults() {
		RequestLabels.Table configured = new RequestLabels.Table(List.of("PROPFIND", "PROPFIND"), false);
		assertThat(configured.find("PROPFIND", "http", "").method()).isEqualTo("PROPFIND");
		assertThat(configured.find("GET", "http", "").method()).isEqualTo("_OTHER");
	}

	@ParameterizedTest
	@CsvSource({ "http, http", "https, https", "HTTPS, https", "ftp, _OTHER", "'', _OTHER" })
	void schemesAreBounded(String scheme, String label) {
		assertThat(this.table.find("GET", scheme, "HTTP/1.1").scheme()).isEqualTo(label);
	}

	@ParameterizedTest
	@CsvSource({ "HTTP/1.0, 1.0", "HTTP/1.1, 1.1", "HTTP/2.0, 2", "HTTP/2, 2", "HTTP/3.0, 3", "HTTP/9.9, ''",
			"'', ''" })
	void protocolVersionIsNegotiatedOneOrEmpty(String protocol, String label) {
		assertThat(this.table.find("GET", "http", protocol).protocolVersion()).isEqualTo(label);
	}

	@Test
	void thereIsOneInstanceForEachCombination() {
		assertThat(this.table.find("GET", "http", "HTTP/1.1")).isSameAs(this.table.find("GET", "HTTP", "HTTP/1.1"))
			.isNotEqualTo(this.table.find("GET", "https", "HTTP/1.1"));
		assertThat(this.table.find("GET", "http", "HTTP/1.1").index())
			.isNotEqualTo(this.table.find("GET", "http", "HTTP/2.0").index());
		assertThat(Requests.labels("GET").protocolVersion()).isNull();
	}

}
