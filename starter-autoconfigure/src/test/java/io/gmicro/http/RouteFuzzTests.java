package io.gmicro.http;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.springframework.http.server.PathContainer;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever paths, templates, methods and statuses there are. With {@code JAZZER_FUZZ=1}
 * new input is searched for, else the kept one is tried.
 */
class RouteFuzzTests {

	private static final int LIMIT = 5;

	@FuzzTest(maxDuration = "2m")
	void labelsAreBounded(FuzzedDataProvider data) {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		Routes routes = new Routes(LIMIT, registry);
		java.util.Set<String> names = new java.util.HashSet<>();
		for (int i = 0; i < 50 && data.remainingBytes() > 0; i++) {
			String pattern = data.consumeBoolean() ? data.consumeString(20) : null;
			Series series = routes.find(RequestMethod.resolve(data.consumeString(8)), pattern, data.consumeInt());
			assertThat(series.method()).matches("[A-Z]{3,7}|_OTHER");
			names.add(series.route());
		}
		assertThat(names).hasSizeLessThanOrEqualTo(LIMIT + 4);
	}

	/** The tree only selects: it finds what matching itself finds. */
	@FuzzTest(maxDuration = "2m")
	void tableFindsWhatMatches(FuzzedDataProvider data) {
		PathPattern pattern;
		try {
			pattern = PathPatternParser.defaultInstance.parse(data.consumeString(40));
		}
		catch (IllegalArgumentException ex) {
			return;
		}
		RouteTable table = new RouteTable();
		table.add(pattern);
		PathContainer path;
		try {
			path = PathContainer.parsePath(data.consumeRemainingAsString());
		}
		catch (IllegalArgumentException ex) {
			return;
		}
		String found = table.find(path);
		if (found != null) {
			assertThat(found).isEqualTo(pattern.getPatternString());
			assertThat(pattern.matches(path)).isTrue();
		}
	}

}
