package io.gmicro.slow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is read off a tree of samples.
 */
class CallsTests {

	private static final StackTraceElement FILTER = call("org.springframework.web.filter.OncePerRequestFilter");

	private static final StackTraceElement CONTROLLER = call("shop.OrderController");

	private static final StackTraceElement PROXY = call("shop.OrderRepository$$SpringCGLIB$$0");

	private static final StackTraceElement REPOSITORY = call("shop.OrderRepository");

	private static final StackTraceElement SOCKET = call("java.net.Socket");

	private static final StackTraceElement MAPPER = call("shop.OrderMapper");

	@Test
	void hotSpotIsTheInnermostOwnCallThatMostSamplesShare() {
		StackTree tree = tree(List.of(FILTER, CONTROLLER, PROXY, REPOSITORY, SOCKET),
				List.of(FILTER, CONTROLLER, PROXY, REPOSITORY), List.of(FILTER, CONTROLLER, MAPPER));
		HotSpot spot = HotSpot.of(tree);
		assertThat(spot.calls()).containsExactly(REPOSITORY, CONTROLLER);
		assertThat(spot.samples()).isEqualTo(2);
	}

	@Test
	void withoutMajorityHotSpotIsWhereTheWaysPart() {
		StackTree tree = tree(List.of(CONTROLLER, REPOSITORY), List.of(CONTROLLER, MAPPER));
		assertThat(HotSpot.of(tree)).isEqualTo(new HotSpot(2, List.of(CONTROLLER)));
	}

	@Test
	void withoutOwnCallHotSpotIsTheInnermostCall() {
		assertThat(HotSpot.of(tree(List.of(FILTER, SOCKET)))).isEqualTo(new HotSpot(1, List.of(SOCKET, FILTER)));
	}

	@Test
	void withoutSamplesThereIsNoHotSpot() {
		assertThat(HotSpot.of(tree())).isEqualTo(new HotSpot(0, List.of()));
		assertThat(CallChain.of(tree())).isEmpty();
	}

	@Test
	void callsThatWereAlwaysSeenTogetherAreOneChain() {
		List<CallChain> chains = CallChain.of(tree(List.of(FILTER, CONTROLLER, MAPPER),
				List.of(FILTER, CONTROLLER, REPOSITORY, SOCKET), List.of(FILTER, CONTROLLER, REPOSITORY, SOCKET)));
		assertThat(chains).hasSize(1);
		assertThat(chains.get(0).calls()).containsExactly(FILTER, CONTROLLER);
		assertThat(chains.get(0).samples()).isEqualTo(3);
		assertThat(chains.get(0).callees()).extracting(CallChain::calls)
			.containsExactly(List.of(REPOSITORY, SOCKET), List.of(MAPPER));
		assertThat(chains.get(0).callees()).extracting(CallChain::samples).containsExactly(2, 1);
	}

	@SafeVarargs
	private static StackTree tree(List<StackTraceElement>... outermostFirst) {
		StackTree tree = new StackTree("io.gmicro.http.ExchangeFilter");
		for (List<StackTraceElement> stack : outermostFirst) {
			List<StackTraceElement> innermostFirst = new ArrayList<>(stack);
			Collections.reverse(innermostFirst);
			tree.add(innermostFirst.toArray(StackTraceElement[]::new), 1);
		}
		return tree;
	}

	private static StackTraceElement call(String type) {
		return new StackTraceElement(type, "find", "Source.java", 1);
	}

}
