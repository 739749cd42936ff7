package io.gmicro.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.gmicro.meter.Overflow;
import io.micrometer.core.instrument.Tags;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * The label values of a request that are known when it begins: method, scheme and
 * protocol version. There is one instance for each combination.
 *
 * @param index the position in the {@link Table}
 * @param method see {@link Exchange#method()}
 * @param scheme {@code http}, {@code https} or {@link Exchange#OTHER}
 * @param protocolVersion {@code 1.0}, {@code 1.1}, {@code 2} or {@code 3}, empty for any
 * other, {@code null} if it is not recorded
 */
record RequestLabels(int index, String method, String scheme, @Nullable String protocolVersion) {

	static final String METHOD_LABEL = "http.request.method";

	static final String SCHEME_LABEL = "url.scheme";

	static Tags tags(String method, String scheme) {
		return Tags.of(METHOD_LABEL, method, SCHEME_LABEL, scheme);
	}

	/** Method and scheme. */
	Tags tags() {
		return tags(this.method, this.scheme);
	}

	/**
	 * All combinations for a list of known methods. Finding one allocates nothing.
	 * Thread-safe.
	 */
	static final class Table {

		private static final List<String> SCHEMES = List.of("http", "https", Overflow.OTHER);

		private static final List<String> VERSIONS = List.of("", "1.0", "1.1", "2", "3");

		private final Map<String, RequestLabels[]> byMethod = new HashMap<>();

		private final RequestLabels[] otherMethod;

		private final boolean protocolVersion;

		private int size;

		Table(List<String> knownMethods, boolean protocolVersion) {
			this.protocolVersion = protocolVersion;
			for (String method : knownMethods) {
				this.byMethod.computeIfAbsent(method, this::combinations);
			}
			this.otherMethod = combinations(Overflow.OTHER);
		}

		private RequestLabels[] combinations(String method) {
			return SCHEMES.stream()
				.flatMap((scheme) -> this.protocolVersion
						? VERSIONS.stream().map((version) -> add(method, scheme, version))
						: Stream.of(add(method, scheme, null)))
				.toArray(RequestLabels[]::new);
		}

		private RequestLabels add(String method, String scheme, @Nullable String version) {
			return new RequestLabels(this.size++, method, scheme, version);
		}

		RequestLabels find(HttpServletRequest request) {
			return find(request.getMethod(), request.getScheme(), this.protocolVersion ? request.getProtocol() : "");
		}

		RequestLabels find(String method, String scheme, String protocol) {
			RequestLabels[] combinations = this.byMethod.getOrDefault(method, this.otherMethod);
			int index = schemeIndex(scheme);
			return combinations[this.protocolVersion ? index * VERSIONS.size() + versionIndex(protocol) : index];
		}

		private static int schemeIndex(String scheme) {
			if ("http".equalsIgnoreCase(scheme)) {
				return 0;
			}
			return "https".equalsIgnoreCase(scheme) ? 1 : 2;
		}

		private static int versionIndex(@Nullable String protocol) {
			return (protocol == null) ? 0 : switch (protocol) {
				case "HTTP/1.0" -> 1;
				case "HTTP/1.1" -> 2;
				case "HTTP/2.0", "HTTP/2" -> 3;
				case "HTTP/3.0", "HTTP/3" -> 4;
				default -> 0;
			};
		}

	}

}
