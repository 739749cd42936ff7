package io.gmicro.activity;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Activities of H2, which runs in the thread that asks it.
 */
@Timeout(120)
class H2ActivityTests {

	private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=60000";

	static List<ThreadKind> kinds() {
		return ThreadKind.available();
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void lockOfRowIsDatabase(ThreadKind kind) throws Exception {
		try (Connection first = DriverManager.getConnection(this.url);
				Connection second = DriverManager.getConnection(this.url);
				Statement update = first.createStatement();
				Statement waitingUpdate = second.createStatement()) {
			update.execute("create table account (id int primary key, amount int)");
			update.execute("insert into account values (1, 1)");
			first.setAutoCommit(false);
			update.execute("update account set amount = 2");
			try (Waiting waiting = Waiting.start(kind, () -> waitingUpdate.execute("update account set amount = 3"),
					first::commit)) {
				waiting.assertActivity(Activities.DATABASE, "org.h2.");
			}
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void runningQueryIsDatabase(ThreadKind kind) throws Exception {
		Activities activities = new Activities(Map.of());
		try (Connection connection = DriverManager.getConnection(this.url);
				Statement statement = connection.createStatement()) {
			Thread thread = kind.start(() -> {
				try {
					statement.execute("select sum(x * 2) from system_range(1, 1000000000000)");
				}
				catch (SQLException ex) {
					// Cancelled
				}
			});
			await().until(() -> List.of(thread.getStackTrace())
				.stream()
				.anyMatch((call) -> call.getClassName().startsWith("org.h2.table.")));
			for (int i = 0; i < 50; i++) {
				StackTraceElement[] stack = thread.getStackTrace();
				assertThat(activities.of(stack, thread.getState())).as(() -> List.of(stack).toString())
					.isEqualTo(Activities.DATABASE);
			}
			statement.cancel();
			await().atMost(Duration.ofSeconds(30)).until(() -> !thread.isAlive());
		}
	}

}
