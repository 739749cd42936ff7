package io.gmicro.activity;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.support.ConnectionPoolSupport;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;

/**
 * Activities of Lettuce and Jedis against a real Redis.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisActivityTests {

	private static final Duration MINUTES = Duration.ofMinutes(2);

	private static final JedisClientConfig PATIENT = DefaultJedisClientConfig.builder()
		.timeoutMillis((int) MINUTES.toMillis())
		.build();

	@SuppressWarnings("NullAway.Init")
	private RealServer server;

	static List<ThreadKind> kinds() {
		return ThreadKind.available();
	}

	@BeforeAll
	void start(@TempDir Path directory) throws Exception {
		this.server = RealServer.redis(directory);
	}

	@AfterAll
	@SuppressWarnings("NullAway")
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	private RedisClient client() {
		return RedisClient
			.create(RedisURI.builder().withHost("127.0.0.1").withPort(this.server.port()).withTimeout(MINUTES).build());
	}

	private void push(String key) {
		try (Jedis jedis = new Jedis("127.0.0.1", this.server.port())) {
			jedis.rpush(key, "value");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void commandOfLettuceIsDatabase(ThreadKind kind) throws Exception {
		try (RedisClient client = client();
				StatefulRedisConnection<String, String> connection = client.connect();
				Waiting waiting = Waiting.start(kind, () -> connection.sync().blpop(60, "lettuce"),
						() -> push("lettuce"))) {
			waiting.assertActivity(Activities.DATABASE, "io.lettuce.");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void commandOfJedisIsDatabase(ThreadKind kind) throws Exception {
		try (Jedis jedis = new Jedis("127.0.0.1", this.server.port());
				Waiting waiting = Waiting.start(kind, () -> jedis.blpop(60, "jedis"), () -> push("jedis"))) {
			waiting.assertActivity(Activities.DATABASE, "redis.clients.");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void connectingOfLettuceIsDatabase(ThreadKind kind) throws Exception {
		try (SilentServer silent = new SilentServer();
				RedisClient client = RedisClient.create("redis://127.0.0.1:" + silent.port());
				Waiting waiting = Waiting.start(kind, client::connect, silent::close)) {
			waiting.assertActivity(Activities.DATABASE, "io.lettuce.");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void connectingInPoolOfJedisIsDatabase(ThreadKind kind) throws Exception {
		try (SilentServer silent = new SilentServer();
				ConnectionPool pool = new ConnectionPool(new HostAndPort("127.0.0.1", silent.port()), PATIENT);
				Waiting waiting = Waiting.start(kind, pool::getResource, silent::close)) {
			waiting.assertActivity(Activities.DATABASE, "redis.clients.");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void poolOfJedisIsPool(ThreadKind kind) throws Exception {
		ConnectionPoolConfig config = new ConnectionPoolConfig();
		config.setMaxTotal(1);
		try (ConnectionPool pool = new ConnectionPool(new HostAndPort("127.0.0.1", this.server.port()), PATIENT,
				config)) {
			Connection only = pool.getResource();
			try (Waiting waiting = Waiting.start(kind, () -> {
				pool.getResource().close();
				return null;
			}, only::close)) {
				waiting.assertActivity(Activities.POOL, "redis.clients.");
			}
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void poolOfLettuceIsPool(ThreadKind kind) throws Exception {
		GenericObjectPoolConfig<StatefulRedisConnection<String, String>> config = new GenericObjectPoolConfig<>();
		config.setMaxTotal(1);
		try (RedisClient client = client();
				GenericObjectPool<StatefulRedisConnection<String, String>> pool = ConnectionPoolSupport
					.createGenericObjectPool(client::connect, config)) {
			StatefulRedisConnection<String, String> only = pool.borrowObject();
			try (Waiting waiting = Waiting.start(kind, () -> {
				pool.borrowObject().close();
				return null;
			}, only::close)) {
				waiting.assertActivity(Activities.POOL, "io.lettuce.");
			}
		}
	}

}
