package io.gmicro.activity;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.awaitility.Awaitility.await;

/**
 * Activities of MySQL's and MariaDB's driver against a real MariaDB.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MariaDbActivityTests {

	@SuppressWarnings("NullAway.Init")
	private RealServer server;

	static Stream<Arguments> drivers() {
		return ThreadKind.available()
			.stream()
			.flatMap((kind) -> Stream.of(Arguments.of(kind, "mysql", "com.mysql."),
					Arguments.of(kind, "mariadb", "org.mariadb.")));
	}

	@BeforeAll
	void start(@TempDir Path directory) throws Exception {
		this.server = RealServer.mariaDb(directory);
		try (Connection connection = await().ignoreExceptionsInstanceOf(SQLException.class)
			.until(() -> connect("mariadb", ""), Objects::nonNull);
				Statement statement = connection.createStatement()) {
			statement.execute("create database shop");
		}
	}

	@AfterAll
	@SuppressWarnings("NullAway")
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	private Connection connect(String driver) throws SQLException {
		return connect(driver, "shop");
	}

	private Connection connect(String driver, String database) throws SQLException {
		return DriverManager
			.getConnection("jdbc:" + driver + "://127.0.0.1:" + this.server.port() + "/" + database + "?user=root");
	}

	@ParameterizedTest
	@MethodSource("drivers")
	void queryIsDatabase(ThreadKind kind, String driver, String inside) throws Exception {
		try (Connection connection = connect(driver); Statement statement = connection.createStatement()) {
			try (Waiting waiting = Waiting.start(kind, () -> statement.execute("select sleep(60)"),
					statement::cancel)) {
				waiting.assertActivity(Activities.DATABASE, inside);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("drivers")
	void lockOfRowIsDatabase(ThreadKind kind, String driver, String inside) throws Exception {
		try (Connection first = connect(driver);
				Connection second = connect(driver);
				Statement update = first.createStatement();
				Statement waitingUpdate = second.createStatement()) {
			update.execute("create or replace table account (id int primary key, amount int)");
			update.execute("insert into account values (1, 1)");
			first.setAutoCommit(false);
			update.executeUpdate("update account set amount = 2");
			try (Waiting waiting = Waiting.start(kind,
					() -> waitingUpdate.executeUpdate("update account set amount = 3"), first::commit)) {
				waiting.assertActivity(Activities.DATABASE, inside);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("drivers")
	void connectionThatIsInUseIsLock(ThreadKind kind, String driver, String inside) throws Exception {
		try (Connection connection = connect(driver);
				Statement statement = connection.createStatement();
				Statement second = connection.createStatement();
				Waiting first = Waiting.start(ThreadKind.PLATFORM, () -> statement.execute("select sleep(60)"),
						statement::cancel)) {
			first.assertActivity(Activities.DATABASE, inside);
			try (Waiting waiting = Waiting.start(kind, () -> second.execute("select 1"), statement::cancel)) {
				waiting.assertActivity(Activities.LOCK, inside);
			}
		}
	}

}
