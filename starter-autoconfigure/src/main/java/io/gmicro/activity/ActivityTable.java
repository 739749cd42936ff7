package io.gmicro.activity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.gmicro.activity.KnownClass.Method;
import io.gmicro.activity.KnownClass.Role;
import org.jspecify.annotations.Nullable;

/**
 * The classes by which {@link Activities} recognizes what a thread is doing. The first
 * word of a row is followed by packages, which include their subpackages, and by classes,
 * which include their nested classes. The most specific name decides. A name may be
 * followed by {@code #} and the beginning of a method's name. Immutable.
 */
final class ActivityTable {

	/**
	 * Calls at the inner end of a stack. The names of natives and of what runs virtual
	 * threads differ between releases of the JDK.
	 */
	static final String LEAVES = """
			waiting   java.lang.Object#wait jdk.internal.misc.Unsafe#park java.util.concurrent.locks.LockSupport#park
			waiting   java.lang.VirtualThread#park java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject
			waiting   java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionNode
			waiting   java.util.concurrent.locks.AbstractQueuedLongSynchronizer$ConditionObject
			waiting   java.util.concurrent.locks.AbstractQueuedLongSynchronizer$ConditionNode
			latch     java.util.concurrent.CountDownLatch
			lock      java.util.concurrent.locks.AbstractQueuedSynchronizer java.util.concurrent.locks.StampedLock
			lock      java.util.concurrent.locks.AbstractQueuedLongSynchronizer
			sleep     java.lang.Thread#sleep java.lang.VirtualThread#sleep
			network   sun.nio.ch.Net sun.nio.ch.NioSocketImpl sun.nio.ch.SocketDispatcher sun.nio.ch.SocketChannelImpl
			network   sun.nio.ch.ServerSocketChannelImpl sun.nio.ch.DatagramChannelImpl sun.nio.ch.DatagramDispatcher
			network   sun.nio.ch.UnixDomainSockets sun.nio.ch.Poller sun.nio.ch.SelectorImpl sun.nio.ch.EPoll
			network   sun.nio.ch.SourceChannelImpl sun.nio.ch.SinkChannelImpl
			network   sun.nio.ch.EPollSelectorImpl sun.nio.ch.KQueue sun.nio.ch.KQueueSelectorImpl
			network   sun.nio.ch.PollSelectorImpl sun.nio.ch.WEPoll sun.nio.ch.WEPollSelectorImpl
			network   java.net.Inet4AddressImpl java.net.Inet6AddressImpl java.net.PlainSocketImpl
			file      java.io.FileInputStream java.io.FileOutputStream java.io.RandomAccessFile java.io.FileDescriptor
			file      java.io.UnixFileSystem java.io.WinNTFileSystem sun.nio.ch.FileChannelImpl
			file      sun.nio.ch.FileDispatcherImpl sun.nio.ch.UnixFileDispatcherImpl sun.nio.ch.UnixDispatcher
			file      sun.nio.fs.UnixNativeDispatcher sun.nio.fs.WindowsNativeDispatcher java.nio.MappedMemoryUtils
			""";

	/** Methods in which a thread waits until a pool has a connection. */
	static final String POOLS = """
			com.zaxxer.hikari.pool.HikariPool#getConnection com.zaxxer.hikari.util.ConcurrentBag#borrow
			org.apache.tomcat.jdbc.pool.ConnectionPool#borrowConnection
			org.apache.commons.pool2.impl.GenericObjectPool#borrowObject
			org.apache.commons.pool2.impl.GenericKeyedObjectPool#borrowObject
			org.apache.tomcat.dbcp.pool2.impl.GenericObjectPool#borrowObject
			org.apache.commons.pool.impl.GenericObjectPool#borrowObject
			com.mchange.v2.resourcepool.BasicResourcePool#checkoutResource
			com.mchange.v2.resourcepool.BasicResourcePool#prelimCheckoutResource
			io.agroal.pool.ConnectionPool#getConnection io.agroal.pool.ConnectionPool#handlerFrom
			org.vibur.objectpool.ConcurrentPool#take org.vibur.objectpool.ConcurrentPool#tryTake
			com.alibaba.druid.pool.DruidDataSource#pollLast com.alibaba.druid.pool.DruidDataSource#takeLast
			com.alibaba.druid.pool.DruidDataSource#getConnection
			oracle.ucp.common.UniversalConnectionPoolBase#borrowConnection
			oracle.ucp.common.UniversalConnectionPoolImpl#borrowConnection
			org.mariadb.jdbc.pool.Pool#getPoolConnection org.h2.jdbcx.JdbcConnectionPool#getConnection
			com.mongodb.internal.connection.DefaultConnectionPool$OpenConcurrencyLimiter#acquirePermit
			com.mongodb.internal.connection.ConcurrentPool#get
			org.apache.http.pool.AbstractConnPool#getPoolEntryBlocking
			org.apache.http.impl.conn.PoolingHttpClientConnectionManager#leaseConnection
			org.apache.hc.client5.http.impl.classic.InternalExecRuntime#acquireEndpoint
			org.apache.hc.core5.pool.StrictConnPool#get org.apache.hc.core5.pool.LaxConnPool#get
			""";

	/** Clients, servers, and what belongs to neither. */
	static final String LIBRARIES = """
			database     org.h2 org.postgresql com.impossibl.postgres com.mysql org.mariadb oracle.jdbc oracle.net
			database     oracle.sql oracle.r2dbc com.microsoft.sqlserver net.sourceforge.jtds com.ibm.db2 com.ibm.as400
			database     org.hsqldb org.apache.derby org.sqlite org.duckdb com.clickhouse com.sap.db org.firebirdsql
			database     com.informix com.teradata com.vertica net.snowflake.client com.amazon.redshift com.singlestore
			database     io.trino.jdbc com.facebook.presto.jdbc org.apache.hive.jdbc io.r2dbc io.asyncer.r2dbc
			database     com.mongodb io.lettuce redis.clients org.redisson com.datastax co.elastic.clients
			database     org.elasticsearch org.opensearch org.apache.solr.client org.neo4j.driver com.couchbase.client
			database     net.spy.memcached net.rubyeye.xmemcached com.aerospike.client com.arangodb com.influxdb
			database     org.influxdb org.apache.hadoop.hbase.client com.hazelcast org.infinispan.client.hotrod
			database     org.apache.ignite org.apache.geode com.google.cloud.spanner com.google.cloud.firestore
			database     com.google.cloud.bigtable com.google.cloud.datastore
			database     com.amazonaws.services.dynamodbv2 software.amazon.awssdk.services.dynamodb com.azure.cosmos
			messaging    org.apache.kafka com.rabbitmq org.apache.activemq org.apache.qpid.jms org.apache.pulsar
			messaging    io.nats.client com.ibm.mq com.ibm.msg com.solacesystems com.tibco.tibjms org.apache.rocketmq
			messaging    org.eclipse.paho com.hivemq.client com.azure.messaging com.google.cloud.pubsub
			messaging    com.amazonaws.services.sqs com.amazonaws.services.sns software.amazon.awssdk.services.sqs
			messaging    software.amazon.awssdk.services.sns
			http_client  java.net.http jdk.internal.net.http sun.net.www.http sun.net.www.protocol.http
			http_client  sun.net.www.protocol.https org.apache.http org.apache.hc okhttp3 retrofit2
			http_client  org.eclipse.jetty.client reactor.netty.http.client org.asynchttpclient
			http_client  org.glassfish.jersey.client org.jboss.resteasy.client com.google.api.client.http com.azure.core
			http_client  com.amazonaws software.amazon.awssdk org.springframework.http.client
			http_client  org.springframework.web.client org.springframework.web.service.invoker
			http_client  org.springframework.web.reactive.function.client
			grpc_client  io.grpc.stub.ClientCalls io.grpc.stub.BlockingClientCall io.grpc.internal.ClientCallImpl
			grpc_client  io.grpc.internal.ManagedChannelImpl io.grpc.internal.DelayedClientCall
			network      com.sun.jndi.ldap com.unboundid.ldap com.sun.mail org.eclipse.angus org.apache.commons.net
			network      com.jcraft.jsch org.apache.sshd net.schmizz.sshj
			pool         com.zaxxer.hikari org.apache.tomcat.jdbc org.apache.commons.pool2 org.apache.commons.pool
			pool         org.apache.tomcat.dbcp com.mchange.v2 io.agroal org.vibur com.alibaba.druid oracle.ucp
			server       org.apache.catalina org.apache.coyote org.apache.tomcat io.undertow org.xnio
			server       org.eclipse.jetty com.sun.net.httpserver sun.net.httpserver reactor.netty.http.server
			plumbing     org.eclipse.jetty.util org.eclipse.jetty.io okio
			server       io.grpc.stub.ServerCalls io.grpc.internal.ServerCallImpl io.grpc.internal.ServerImpl
			end          ch.qos.logback org.apache.logging.log4j org.apache.log4j java.util.logging
			""";

	private static final List<String> JDK = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

	private static final Map<String, KnownClass> BUILT_IN = builtIn();

	private static final int BUILT_IN_LENGTH = longest(BUILT_IN);

	private final Map<String, KnownClass> custom;

	private final int customLength;

	/**
	 * Create a table with activities of the application.
	 * @param custom names of packages and classes by the name of the activity
	 */
	ActivityTable(Map<String, List<String>> custom) {
		Map<String, KnownClass> classes = new HashMap<>();
		custom.forEach((activity, names) -> names.stream()
			.map(ActivityTable::withoutWildcard)
			.filter((name) -> !name.isEmpty())
			.forEach((name) -> classes.put(name, new KnownClass(isJdk(name), Role.CUSTOM, activity, List.of()))));
		this.custom = classes;
		this.customLength = longest(classes);
	}

	/** Whether the application has activities of its own. */
	boolean hasCustom() {
		return !this.custom.isEmpty();
	}

	/**
	 * What is known about a class. The work is bounded, however long the name is.
	 * @param name any text
	 * @return the most specific entry
	 */
	KnownClass find(String name) {
		KnownClass found = find(name, this.custom, this.customLength);
		if (found == null) {
			found = find(name, BUILT_IN, BUILT_IN_LENGTH);
		}
		if (found == null) {
			found = isJdk(name) ? KnownClass.JDK : KnownClass.UNKNOWN;
		}
		return found;
	}

	private static @Nullable KnownClass find(String name, Map<String, KnownClass> classes, int longest) {
		KnownClass found = null;
		int end = Math.min(name.length(), longest);
		for (int i = 1; i <= end; i++) {
			if (i == name.length() || name.charAt(i) == '.' || name.charAt(i) == '$') {
				KnownClass known = classes.get(name.substring(0, i));
				found = (known != null) ? known : found;
			}
		}
		return found;
	}

	private static int longest(Map<String, KnownClass> classes) {
		return classes.keySet().stream().mapToInt(String::length).max().orElse(0);
	}

	private static boolean isJdk(String name) {
		return JDK.stream().anyMatch(name::startsWith);
	}

	private static String withoutWildcard(String prefix) {
		int end = prefix.length();
		while (end > 0 && ".*".indexOf(prefix.charAt(end - 1)) >= 0) {
			end--;
		}
		return prefix.substring(0, end).strip();
	}

	private static Map<String, KnownClass> builtIn() {
		Map<String, KnownClass> classes = new HashMap<>();
		LIBRARIES.lines().forEach((row) -> {
			String[] words = row.split(" +");
			for (int i = 1; i < words.length; i++) {
				KnownClass library = new KnownClass(isJdk(words[i] + "."), role(words[0]), words[0], List.of());
				classes.put(words[i], library);
			}
		});
		LEAVES.lines().forEach((row) -> {
			String[] words = row.split(" +");
			for (int i = 1; i < words.length; i++) {
				addMethod(classes, words[i], Leaf.valueOf(words[0].toUpperCase(Locale.ROOT)));
			}
		});
		for (String name : POOLS.strip().split("\\s+")) {
			addMethod(classes, name, null);
		}
		return classes;
	}

	private static Role role(String word) {
		return switch (word) {
			case Activities.HTTP_CLIENT, Activities.GRPC_CLIENT -> Role.TRANSPORT;
			case Activities.POOL -> Role.POOL;
			case "server" -> Role.SERVER;
			case "plumbing" -> Role.PLUMBING;
			case "end" -> Role.END;
			default -> Role.CLIENT;
		};
	}

	/** Adds to what the package says. */
	private static void addMethod(Map<String, KnownClass> classes, String text, @Nullable Leaf leaf) {
		int hash = text.indexOf('#');
		String name = (hash < 0) ? text : text.substring(0, hash);
		KnownClass known = find(name, classes, name.length());
		if (known == null) {
			known = isJdk(name) ? KnownClass.JDK : KnownClass.UNKNOWN;
		}
		List<Method> methods = new ArrayList<>(classes.containsKey(name) ? known.methods() : List.of());
		methods.add(new Method((hash < 0) ? "" : text.substring(hash + 1), leaf));
		classes.put(name, new KnownClass(known.jdk(), known.role(), known.activity(), methods));
	}

}
