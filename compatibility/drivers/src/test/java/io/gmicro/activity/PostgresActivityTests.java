package io.gmicro.activity;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.awaitility.Awaitility.await;

/**
 * Activities of PostgreSQL's driver against a real server.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresActivityTests {

	private static final String DRIVER = "org.postgresql.";

	@SuppressWarnings("NullAway.Init")
	private RealServer server;

	static List<ThreadKind> kinds() {
		return ThreadKind.available();
	}

	@BeforeAll
	void start(@TempDir Path directory) throws Exception {
		this.server = RealServer.postgres(directory);
		await().ignoreExceptionsInstanceOf(SQLException.class).until(() -> {
			connect().close();
			return true;
		});
	}

	@AfterAll
	@SuppressWarnings("NullAway")
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	private String url() {
		return "jdbc:postgresql://127.0.0.1:" + this.server.port() + "/postgres?user=postgres";
	}

	private Connection connect() throws SQLException {
		return DriverManager.getConnection(url());
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void queryIsDatabase(ThreadKind kind) throws Exception {
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			try (Waiting waiting = Waiting.start(kind, () -> statement.execute("select pg_sleep(60)"),
					statement::cancel)) {
				waiting.assertActivity(Activities.DATABASE, DRIVER);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void lockOfRowIsDatabase(ThreadKind kind) throws Exception {
		try (Connection first = connect();
				Connection second = connect();
				Statement update = first.createStatement();
				Statement waitingUpdate = second.createStatement()) {
			update.execute("drop table if exists account");
			update.execute("create table account (id int primary key, amount int)");
			update.execute("insert into account values (1, 1)");
			first.setAutoCommit(false);
			update.execute("update account set amount = 2");
			try (Waiting waiting = Waiting.start(kind,
					() -> waitingUpdate.executeUpdate("update account set amount = 3"), first::commit)) {
				waiting.assertActivity(Activities.DATABASE, DRIVER);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void connectionThatIsInUseIsLock(ThreadKind kind) throws Exception {
		try (Connection connection = connect();
				Statement statement = connection.createStatement();
				Statement second = connection.createStatement();
				Waiting first = Waiting.start(ThreadKind.PLATFORM, () -> statement.execute("select pg_sleep(60)"),
						statement::cancel)) {
			first.assertActivity(Activities.DATABASE, DRIVER);
			try (Waiting waiting = Waiting.start(kind, () -> second.execute("select 1"), statement::cancel)) {
				waiting.assertActivity(Activities.LOCK, DRIVER);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void queryThroughHikariIsDatabase(ThreadKind kind) throws Exception {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url());
		config.setMaximumPoolSize(1);
		try (HikariDataSource pool = new HikariDataSource(config);
				Connection connection = pool.getConnection();
				Statement statement = connection.createStatement();
				Waiting waiting = Waiting.start(kind, () -> statement.execute("select pg_sleep(60)"),
						statement::cancel)) {
			waiting.assertActivity(Activities.DATABASE, DRIVER);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void connectingInPoolIsDatabase(ThreadKind kind) throws Exception {
		try (SilentServer silent = new SilentServer(); BasicDataSource pool = new BasicDataSource()) {
			pool.setUrl("jdbc:postgresql://127.0.0.1:" + silent.port() + "/postgres?user=postgres&sslmode=disable");
			try (Waiting waiting = Waiting.start(kind, pool::getConnection, silent::close)) {
				waiting.assertActivity(Activities.DATABASE, DRIVER);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void connectingWhenHikariStartsIsDatabase(ThreadKind kind) throws Exception {
		try (SilentServer silent = new SilentServer(); HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + silent.port() + "/postgres?user=postgres&sslmode=disable");
			try (Waiting waiting = Waiting.start(kind, pool::getConnection, silent::close)) {
				waiting.assertActivity(Activities.DATABASE, DRIVER);
			}
		}
	}

}
