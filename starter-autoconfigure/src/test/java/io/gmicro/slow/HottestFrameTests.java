package io.gmicro.slow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.gmicro.diagnostics.OwnCode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is read off a tree of samples.
 */
class HottestFrameTests {

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
		HottestFrame spot = HottestFrame.of(tree, OwnCode.UNKNOWN);
		assertThat(spot.calls()).containsExactly(REPOSITORY, CONTROLLER);
		assertThat(spot.samples()).isEqualTo(2);
		assertThat(spot.isOfMost(3)).isTrue();
	}

	@Test
	void withoutMajorityHotSpotIsWhereTheWaysPart() {
		StackTree tree = tree(List.of(CONTROLLER, REPOSITORY), List.of(CONTROLLER, MAPPER));
		HottestFrame spot = HottestFrame.of(tree, OwnCode.UNKNOWN);
		assertThat(spot.samples()).isEqualTo(2);
		assertThat(spot.calls()).containsExactly(CONTROLLER);
	}

	@Test
	void whatOnlyFewSamplesShareIsNoHeadline() {
		StackTree tree = tree(List.of(CONTROLLER), List.of(CONTROLLER), List.of(MAPPER), List.of(REPOSITORY));
		HottestFrame spot = HottestFrame.of(tree, OwnCode.UNKNOWN);
		assertThat(spot.samples()).isEqualTo(2);
		assertThat(spot.isOfMost(4)).isFalse();
		assertThat(RequestText.samples(spot, 4, "thread")).isEqualTo("4 samples, no call in most of them, 2");
	}

	@Test
	void linesOfOneMethodAreOneCall() {
		List<List<StackTraceElement>> stacks = new ArrayList<>();
		for (int line = 1; line <= 21; line++) {
			stacks.add(List.of(FILTER, new StackTraceElement("shop.Reports", "build", "Reports.java", line), SOCKET));
		}
		HottestFrame spot = HottestFrame.of(tree(stacks), OwnCode.UNKNOWN);
		assertThat(spot.samples()).isEqualTo(21);
		assertThat(spot.insideSamples()).isEqualTo(21);
		assertThat(spot.inside()).isEqualTo(SOCKET);
	}

	@Test
	void recursionCountsOnce() {
		HottestFrame spot = HottestFrame.of(tree(List.of(MAPPER, MAPPER, MAPPER, SOCKET), List.of(CONTROLLER)),
				OwnCode.UNKNOWN);
		assertThat(spot.samples()).isEqualTo(1);
		assertThat(spot.insideSamples()).isEqualTo(1);
	}

	@Test
	void hotSpotIsInTheBasePackagesAndSaysWhatItWaitsIn() {
		StackTraceElement query = call("org.acmelib.Query");
		StackTraceElement pool = call("com.zaxxer.hikari.util.ConcurrentBag");
		StackTree tree = tree(List.of(FILTER, CONTROLLER, query, pool, SOCKET),
				List.of(FILTER, CONTROLLER, query, pool), List.of(FILTER, CONTROLLER, query));
		HottestFrame spot = HottestFrame.of(tree, new OwnCode(List.of("shop")));
		assertThat(spot).isEqualTo(new HottestFrame(3, List.of(CONTROLLER), 2, pool));
		assertThat(HottestFrame.of(tree, OwnCode.UNKNOWN).calls()).containsExactly(query, CONTROLLER);
	}

	@Test
	void whereTheBasePackagesAreNotOnTheStackAnyOtherCodeIs() {
		StackTree tree = tree(List.of(FILTER, CONTROLLER, SOCKET));
		assertThat(HottestFrame.of(tree, new OwnCode(List.of("com.acme"))).calls()).containsExactly(CONTROLLER);
	}

	@Test
	void mostSamplesInTheCallItselfAreInNothingElse() {
		StackTree tree = tree(List.of(CONTROLLER), List.of(CONTROLLER), List.of(CONTROLLER, SOCKET));
		assertThat(HottestFrame.of(tree, OwnCode.UNKNOWN)).isEqualTo(new HottestFrame(3, List.of(CONTROLLER), 0, null));
	}

	@Test
	void withoutOwnCallHotSpotIsTheInnermostCall() {
		assertThat(HottestFrame.of(tree(List.of(FILTER, SOCKET)), OwnCode.UNKNOWN))
			.isEqualTo(new HottestFrame(1, List.of(SOCKET, FILTER), 0, null));
	}

	@Test
	void withoutSamplesThereIsNoHotSpot() {
		assertThat(HottestFrame.of(tree(), OwnCode.UNKNOWN)).isEqualTo(new HottestFrame(0, List.of(), 0, null));
		assertThat(FrameChain.of(tree())).isEmpty();
	}

	@Test
	void callsThatWereAlwaysSeenTogetherAreOneChain() {
		List<FrameChain> chains = FrameChain.of(tree(List.of(FILTER, CONTROLLER, MAPPER),
				List.of(FILTER, CONTROLLER, REPOSITORY, SOCKET), List.of(FILTER, CONTROLLER, REPOSITORY, SOCKET)));
		assertThat(chains).hasSize(1);
		assertThat(chains.get(0).calls()).containsExactly(FILTER, CONTROLLER);
		assertThat(chains.get(0).samples()).isEqualTo(3);
		assertThat(chains.get(0).callees()).extracting(FrameChain::calls)
			.containsExactly(List.of(REPOSITORY, SOCKET), List.of(MAPPER));
		assertThat(chains.get(0).callees()).extracting(FrameChain::samples).containsExactly(2, 1);
	}

	@SafeVarargs
	private static StackTree tree(List<StackTraceElement>... outermostFirst) {
		return tree(List.of(outermostFirst));
	}

	private static StackTree tree(List<List<StackTraceElement>> outermostFirst) {
		StackTree tree = new StackTree();
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
