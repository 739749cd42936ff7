package io.gmicro.route;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever templates and paths there are, the table finds what matching itself finds.
 * With {@code JAZZER_FUZZ=1} new input is searched for, else the kept one is tried.
 */
class RouteTableFuzzTests {

	private static final int MAX_STARS = 2;

	@FuzzTest(maxDuration = "2m")
	void tableFindsWhatMatches(FuzzedDataProvider data) {
		String template = "/" + data.consumeString(40);
		// Regular expressions are the application's own, and can take for ever
		if (template.indexOf(':') >= 0 || template.chars().filter((part) -> part == '*').count() > MAX_STARS) {
			return;
		}
		PathPattern pattern;
		PathContainer path;
		try {
			pattern = PathPatternParser.defaultInstance.parse(template);
			path = PathContainer.parsePath("/" + data.consumeString(100));
		}
		catch (IllegalArgumentException ex) {
			return;
		}
		RouteTable table = new RouteTable();
		table.add(pattern);
		assertThat(table.find(path)).isEqualTo(pattern.matches(path) ? pattern.getPatternString() : null);
	}

}
