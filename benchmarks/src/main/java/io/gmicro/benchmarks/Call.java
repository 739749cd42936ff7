package io.gmicro.benchmarks;

import java.util.stream.IntStream;

/**
 * A request that is made many times: the same strings every time, as those of Spring MVC
 * are.
 *
 * @param path what the client asks for
 * @param pattern the template that Spring MVC matches
 * @param status what is answered
 */
record Call(String path, String pattern, int status) {

	/** One call of every route with every status, the statuses of a route together. */
	static Call[] of(int routes, int statuses) {
		return IntStream.range(0, routes)
			.boxed()
			.flatMap((route) -> IntStream.range(200, 200 + statuses)
				.mapToObj((status) -> new Call("/shop" + route + "/7", "/shop" + route + "/{id}", status)))
			.toArray(Call[]::new);
	}

}
