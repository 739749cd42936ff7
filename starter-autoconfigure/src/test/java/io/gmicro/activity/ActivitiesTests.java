package io.gmicro.activity;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How stacks are read. Their innermost call is the first.
 */
class ActivitiesTests {

	private static final int NATIVE = -2;

	private static final StackTraceElement PARK = call("jdk.internal.misc.Unsafe", "park", NATIVE);

	private static final StackTraceElement FUTURE = call("java.util.concurrent.CompletableFuture", "get");

	private static final StackTraceElement POLL = call("sun.nio.ch.Net", "poll", NATIVE);

	private static final StackTraceElement SOCKET = call("sun.nio.ch.NioSocketImpl", "park");

	private static final StackTraceElement WRITE = call("java.io.FileOutputStream", "writeBytes", NATIVE);

	private static final StackTraceElement ACQUIRE = call("java.util.concurrent.locks.AbstractQueuedSynchronizer",
			"acquire");

	private static final StackTraceElement SLEEP = call("java.lang.Thread", "sleep", NATIVE);

	private static final StackTraceElement APPLICATION = call("shop.OrderRepository", "find");

	private static final StackTraceElement DRIVER = call("org.postgresql.core.PGStream", "receiveChar");

	private static final StackTraceElement BORROW = call("org.apache.commons.pool2.impl.GenericObjectPool",
			"borrowObject");

	private static final StackTraceElement HTTP = call("okhttp3.RealCall", "execute");

	private final Activities activities = new Activities(Map.of());

	private static StackTraceElement call(String type, String method) {
		return call(type, method, 1);
	}

	private static StackTraceElement call(String type, String method, int line) {
		return new StackTraceElement(type, method, null, line);
	}

	private String runnable(StackTraceElement... stack) {
		return this.activities.of(stack, Thread.State.RUNNABLE);
	}

	private String waiting(StackTraceElement... stack) {
		return this.activities.of(stack, Thread.State.WAITING);
	}

	private String blocked(StackTraceElement... stack) {
		return this.activities.of(stack, Thread.State.BLOCKED);
	}

	static Stream<RecordedStack> recorded() throws IOException {
		return RecordedStack.all().stream();
	}

	@ParameterizedTest
	@MethodSource("recorded")
	void recordedStackHasTheActivityOfItsOperation(RecordedStack recorded) {
		assertThat(this.activities.of(recorded.stack(), recorded.state())).isEqualTo(recorded.activity());
	}

	@ParameterizedTest
	@MethodSource("recorded")
	void truncatedStackIsClassifiedToo(RecordedStack recorded) {
		for (int length = 0; length < recorded.stack().length; length++) {
			for (Thread.State state : Thread.State.values()) {
				assertThat(this.activities.of(Arrays.copyOf(recorded.stack(), length), state)).isNotEmpty();
			}
		}
	}

	@Test
	void eachActivityButCpuIsRecorded() throws IOException {
		assertThat(RecordedStack.all()).extracting(RecordedStack::activity)
			.contains("lock", "pool", "database", "http_client", "grpc_client", "messaging", "file", "network", "sleep",
					"other");
	}

	@Test
	void innermostLibraryDecidesWhatAThreadWaitsFor() {
		assertThat(waiting(PARK, FUTURE, APPLICATION)).isEqualTo(Activities.OTHER);
		assertThat(waiting(PARK, FUTURE, DRIVER, APPLICATION)).isEqualTo(Activities.DATABASE);
		assertThat(runnable(POLL, SOCKET, APPLICATION)).isEqualTo(Activities.NETWORK);
		assertThat(runnable(POLL, SOCKET, DRIVER, HTTP)).isEqualTo(Activities.DATABASE);
		assertThat(runnable(POLL, SOCKET, HTTP, APPLICATION, DRIVER)).isEqualTo(Activities.HTTP_CLIENT);
		assertThat(waiting(PARK, FUTURE, call("com.sun.jndi.ldap.Connection", "readReply"), APPLICATION))
			.isEqualTo(Activities.NETWORK);
		assertThat(runnable(WRITE, APPLICATION)).isEqualTo(Activities.FILE);
		assertThat(runnable(WRITE, call("org.h2.store.fs.disk.FileDisk", "write"))).isEqualTo(Activities.DATABASE);
	}

	@Test
	void clientBuiltOnHttpIsWhatItIsAClientOf() {
		StackTraceElement apache = call("org.apache.http.impl.client.CloseableHttpClient", "execute");
		StackTraceElement aws = call("software.amazon.awssdk.core.internal.http.AmazonSyncHttpClient", "execute");
		assertThat(runnable(POLL, SOCKET, apache, aws)).isEqualTo(Activities.HTTP_CLIENT);
		assertThat(runnable(POLL, SOCKET, apache, aws,
				call("software.amazon.awssdk.services.sqs.DefaultSqsClient", "sendMessage")))
			.isEqualTo(Activities.MESSAGING);
		assertThat(runnable(POLL, SOCKET, apache, call("com.clickhouse.client.api.Client", "query"), APPLICATION))
			.isEqualTo(Activities.DATABASE);
	}

	@Test
	void runningThreadIsInALibraryOnlyWithItsInnermostCall() {
		StackTraceElement engine = call("org.h2.expression.BinaryOperation", "getValue");
		StackTraceElement inflater = call("java.util.zip.Inflater", "inflateBytesBytes", NATIVE);
		assertThat(runnable(engine, APPLICATION)).isEqualTo(Activities.DATABASE);
		assertThat(runnable(inflater, DRIVER, APPLICATION)).isEqualTo(Activities.DATABASE);
		assertThat(runnable(inflater, APPLICATION, DRIVER)).isEqualTo(Activities.CPU);
		assertThat(runnable(call("shop.OrderRowMapper", "mapRow"), DRIVER)).isEqualTo(Activities.CPU);
		assertThat(runnable(call("shop.TokenInterceptor", "intercept"), HTTP)).isEqualTo(Activities.CPU);
		assertThat(runnable(call("com.zaxxer.hikari.pool.HikariPool", "getConnection"))).isEqualTo(Activities.CPU);
		assertThat(runnable(call("java.util.HashMap", "get"))).isEqualTo(Activities.CPU);
		assertThat(runnable(call("com.sun.jndi.ldap.Connection", "run"))).isEqualTo(Activities.CPU);
	}

	@Test
	void onlyThePoolItselfWaitsForItsConnections() {
		StackTraceElement pool = call("org.apache.commons.pool2.impl.LinkedBlockingDeque", "takeFirst");
		assertThat(waiting(PARK, pool, BORROW, APPLICATION)).isEqualTo(Activities.POOL);
		assertThat(waiting(PARK, ACQUIRE, pool, BORROW, APPLICATION)).isEqualTo(Activities.POOL);
		assertThat(blocked(pool, BORROW, APPLICATION)).isEqualTo(Activities.POOL);
		assertThat(waiting(SLEEP, BORROW, APPLICATION)).isEqualTo(Activities.POOL);
		StackTraceElement factory = call("shop.ConnectionFactory", "makeObject");
		assertThat(waiting(PARK, FUTURE, factory, BORROW)).isEqualTo(Activities.OTHER);
		assertThat(waiting(SLEEP, factory, BORROW)).isEqualTo(Activities.SLEEP);
		assertThat(runnable(POLL, SOCKET, call("unknown.Driver", "connect"), BORROW)).isEqualTo(Activities.NETWORK);
		assertThat(runnable(POLL, SOCKET, DRIVER, BORROW)).isEqualTo(Activities.DATABASE);
		assertThat(runnable(POLL, SOCKET, BORROW)).isEqualTo(Activities.NETWORK);
	}

	@Test
	void lockOfADriverIsALock() {
		assertThat(waiting(PARK, ACQUIRE, DRIVER, APPLICATION)).isEqualTo(Activities.LOCK);
		assertThat(blocked(DRIVER, APPLICATION)).isEqualTo(Activities.LOCK);
		assertThat(blocked(call("java.lang.Object", "wait", NATIVE), DRIVER)).isEqualTo(Activities.LOCK);
		assertThat(waiting(SLEEP, DRIVER, APPLICATION)).isEqualTo(Activities.SLEEP);
	}

	@Test
	void serverIsNotTakenForAClient() {
		StackTraceElement tomcat = call("org.apache.tomcat.util.net.NioEndpoint$NioSocketWrapper", "doWrite");
		StackTraceElement wait = call("java.lang.Object", "wait", NATIVE);
		assertThat(waiting(wait, tomcat, APPLICATION, HTTP)).isEqualTo(Activities.NETWORK);
		assertThat(runnable(POLL, SOCKET, tomcat, APPLICATION, HTTP)).isEqualTo(Activities.NETWORK);
		assertThat(runnable(tomcat, APPLICATION)).isEqualTo(Activities.CPU);
		// What calls the application does not matter
		assertThat(
				waiting(PARK, FUTURE, APPLICATION, call("org.apache.catalina.core.ApplicationFilterChain", "doFilter")))
			.isEqualTo(Activities.OTHER);
		assertThat(waiting(PARK, FUTURE, APPLICATION,
				call("io.grpc.stub.ServerCalls$UnaryServerCallHandler", "startCall"), HTTP))
			.isEqualTo(Activities.OTHER);
		assertThat(runnable(WRITE, call("ch.qos.logback.core.FileAppender", "append"), HTTP))
			.isEqualTo(Activities.FILE);
	}

	@Test
	void stackCountsMoreThanAStateThatIsOlder() {
		assertThat(runnable(PARK, FUTURE, APPLICATION)).isEqualTo(Activities.OTHER);
		assertThat(waiting(APPLICATION)).isEqualTo(Activities.CPU);
		assertThat(blocked(SLEEP, APPLICATION)).isEqualTo(Activities.SLEEP);
		assertThat(blocked(POLL, SOCKET, DRIVER)).isEqualTo(Activities.DATABASE);
	}

	@Test
	void waitOfAnUnknownJdkIsStillAWait() {
		assertThat(waiting(call("jdk.internal.New", "halt"), APPLICATION)).isEqualTo(Activities.OTHER);
		assertThat(waiting(call("jdk.internal.New", "halt"), DRIVER)).isEqualTo(Activities.DATABASE);
	}

	@Test
	void withoutStackOnlyTheStateIsKnown() {
		assertThat(blocked()).isEqualTo(Activities.LOCK);
		assertThat(waiting()).isEqualTo(Activities.OTHER);
		assertThat(runnable()).isEqualTo(Activities.OTHER);
	}

	@Test
	void customActivityTakesPrecedence() {
		Activities custom = new Activities(Map.of("pricing", List.of("shop.pricing", "shop.Quote"), "billing",
				List.of(" com.billing.* ", "", "shop.pricing.tax."), "regex", List.of("java.util.regex"), "ledger",
				List.of("org.postgresql.ledger")));
		assertThat(custom.of(new StackTraceElement[] { call("shop.pricing.Engine", "run") }, Thread.State.RUNNABLE))
			.isEqualTo("pricing");
		assertThat(custom.of(new StackTraceElement[] { call("shop.pricing.tax.Rates", "run") }, Thread.State.RUNNABLE))
			.isEqualTo("billing");
		assertThat(custom.of(new StackTraceElement[] { PARK, ACQUIRE, DRIVER, call("shop.Quote$Part", "get"),
				call("com.billing.Bill", "get") }, Thread.State.WAITING))
			.isEqualTo("pricing");
		assertThat(custom.of(new StackTraceElement[] { call("java.util.regex.Pattern$Loop", "match"), APPLICATION },
				Thread.State.RUNNABLE))
			.isEqualTo("regex");
		assertThat(custom.of(new StackTraceElement[] { POLL, call("org.postgresql.ledger.Wire", "read"), DRIVER },
				Thread.State.RUNNABLE))
			.isEqualTo("ledger");
		// Whole words
		assertThat(
				custom.of(new StackTraceElement[] { call("shop.pricings.Engine", "run"), call("shop.Quotes", "run") },
						Thread.State.RUNNABLE))
			.isEqualTo(Activities.CPU);
		assertThat(custom.of(new StackTraceElement[] { POLL, SOCKET, DRIVER }, Thread.State.RUNNABLE))
			.isEqualTo(Activities.DATABASE);
	}

	@ParameterizedTest
	@EnumSource
	void hostileNamesAreClassified(Thread.State state) {
		Random random = new Random(42);
		List<String> parts = List.of("", ".", "$", "..", "$$", "#", "java.", "sun.nio.ch.Net", "org.h2.", "java",
				"com.zaxxer.hikari.pool.HikariPool", "\0", "\uD800", "a/0x1", "x".repeat(300), ".".repeat(70_000));
		for (int i = 0; i < 2_000; i++) {
			StackTraceElement[] stack = new StackTraceElement[random.nextInt(5)];
			for (int j = 0; j < stack.length; j++) {
				String type = parts.get(random.nextInt(parts.size())) + ((i % 2 == 0) ? i : "")
						+ parts.get(random.nextInt(parts.size()));
				stack[j] = call(type, parts.get(random.nextInt(parts.size())), random.nextInt(5) - 3);
			}
			assertThat(this.activities.of(stack, state)).isNotEmpty();
		}
	}

	@Test
	void manyClassesDoNotFillTheMemory() {
		for (int i = 0; i < 20_000; i++) {
			assertThat(runnable(call("org.h2.Generated" + i, "run"))).isEqualTo(Activities.DATABASE);
			assertThat(this.activities.cached()).isBetween(1, 4096);
		}
	}

	@Test
	void longNamesAreNotKept() {
		assertThat(runnable(call("org.h2." + "x".repeat(100_000), "run"))).isEqualTo(Activities.DATABASE);
		assertThat(this.activities.cached()).isZero();
	}

	@Test
	void tableHasEachNameOnce() {
		List<String> names = Stream.of(ActivityTable.LIBRARIES, ActivityTable.LEAVES)
			.flatMap(String::lines)
			.flatMap((row) -> Stream.of(row.split(" +")).skip(1))
			.toList();
		assertThat(names).doesNotHaveDuplicates().allMatch((name) -> name.matches("[a-zA-Z0-9_.$]+(#[a-zA-Z]+)?"));
		assertThat(ActivityTable.POOLS.strip().split("\\s+")).doesNotHaveDuplicates()
			.allMatch((name) -> name.matches("[a-zA-Z0-9_.$]+#[a-zA-Z]+"));
	}

}
