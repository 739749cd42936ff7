package io.gmicro.activity;

import java.sql.Connection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;

import javax.sql.DataSource;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.zaxxer.hikari.HikariDataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.awaitility.Awaitility.await;

/**
 * Activities of threads that wait for a connection of an exhausted pool.
 */
@Timeout(120)
class PoolActivityTests {

	private final String url = "jdbc:h2:mem:" + UUID.randomUUID();

	static List<ThreadKind> kinds() {
		return ThreadKind.available();
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void hikariIsPool(ThreadKind kind) throws Exception {
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl(this.url);
			pool.setMaximumPoolSize(1);
			assertPool(kind, pool, "com.zaxxer.hikari.");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void tomcatIsPool(ThreadKind kind) throws Exception {
		assertTomcat(kind, false);
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void fairTomcatIsPool(ThreadKind kind) throws Exception {
		assertTomcat(kind, true);
	}

	private void assertTomcat(ThreadKind kind, boolean fair) throws Exception {
		org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource();
		pool.setUrl(this.url);
		pool.setDriverClassName("org.h2.Driver");
		pool.setFairQueue(fair);
		pool.setMaxActive(1);
		pool.setInitialSize(1);
		try {
			assertPool(kind, pool, "org.apache.tomcat.jdbc.");
		}
		finally {
			pool.close();
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void dbcpIsPool(ThreadKind kind) throws Exception {
		try (BasicDataSource pool = new BasicDataSource()) {
			pool.setUrl(this.url);
			pool.setMaxTotal(1);
			assertPool(kind, pool, "org.apache.commons.pool2.");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void c3p0IsPool(ThreadKind kind) throws Exception {
		try (ComboPooledDataSource pool = new ComboPooledDataSource()) {
			pool.setJdbcUrl(this.url);
			pool.setMinPoolSize(1);
			pool.setInitialPoolSize(1);
			pool.setMaxPoolSize(1);
			assertPool(kind, pool, "com.mchange.v2.resourcepool.");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void poolOfH2IsPool(ThreadKind kind) throws Exception {
		JdbcConnectionPool pool = JdbcConnectionPool.create(this.url, "", "");
		pool.setMaxConnections(1);
		assertPool(kind, pool, "org.h2.jdbcx.");
	}

	private void assertPool(ThreadKind kind, DataSource pool, String inside) throws Exception {
		Connection only = pool.getConnection();
		try (Waiting waiting = Waiting.start(kind, () -> {
			pool.getConnection().close();
			return null;
		}, only::close)) {
			waiting.assertActivity(Activities.POOL, inside);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void apacheHttpClient5IsPool(ThreadKind kind) throws Exception {
		assertApache5(kind, PoolConcurrencyPolicy.STRICT);
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void laxApacheHttpClient5IsPool(ThreadKind kind) throws Exception {
		assertApache5(kind, PoolConcurrencyPolicy.LAX);
	}

	private void assertApache5(ThreadKind kind, PoolConcurrencyPolicy policy) throws Exception {
		PoolingHttpClientConnectionManager connections = PoolingHttpClientConnectionManagerBuilder.create()
			.setPoolConcurrencyPolicy(policy)
			.setMaxConnPerRoute(1)
			.setMaxConnTotal(1)
			.build();
		try (SilentServer server = new SilentServer();
				CloseableHttpClient client = HttpClients.custom()
					.setConnectionManager(connections)
					.disableAutomaticRetries()
					.build()) {
			Callable<?> call = () -> client.execute(new HttpGet(server.url()), (response) -> null);
			assertExhausted(kind, server, call);
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void apacheHttpClient4IsPool(ThreadKind kind) throws Exception {
		try (SilentServer server = new SilentServer();
				org.apache.http.impl.client.CloseableHttpClient client = org.apache.http.impl.client.HttpClients
					.custom()
					.setMaxConnPerRoute(1)
					.setMaxConnTotal(1)
					.disableAutomaticRetries()
					.build()) {
			Callable<?> call = () -> client.execute(new org.apache.http.client.methods.HttpGet(server.url()));
			assertExhausted(kind, server, call);
		}
	}

	private void assertExhausted(ThreadKind kind, SilentServer server, Callable<?> call) throws Exception {
		try (Waiting first = Waiting.start(ThreadKind.PLATFORM, call, server::close)) {
			first.assertActivity(Activities.HTTP_CLIENT, "org.apache.h");
			await().until(() -> server.connections() == 1);
			try (Waiting waiting = Waiting.start(kind, call, server::close)) {
				waiting.assertActivity(Activities.POOL, "org.apache.h");
			}
		}
	}

}
