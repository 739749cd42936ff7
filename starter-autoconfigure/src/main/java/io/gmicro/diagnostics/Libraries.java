package io.gmicro.diagnostics;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What is not the application's own code, so that diagnostics can put it back.
 */
public final class Libraries {

	private static final List<String> JDK = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

	private static final List<String> PACKAGES = List.of("jakarta.", "kotlin.", "kotlinx.", "scala.", "groovy.",
			"clojure.", "ch.qos.logback.", "com.amazonaws.", "com.azure.", "com.codahale.", "com.datastax.",
			"com.fasterxml.", "com.github.benmanes.caffeine.", "com.google.", "com.hazelcast.", "com.ibm.db2.",
			"com.jayway.jsonpath.", "com.microsoft.", "com.mongodb.", "com.mysql.", "com.netflix.", "com.p6spy.",
			"com.rabbitmq.", "com.zaxxer.hikari.", "feign.", "freemarker.", "graphql.", "io.github.bucket4j.",
			"io.github.resilience4j.", "io.grpc.", "io.jsonwebtoken.", "io.lettuce.", "io.micrometer.", "io.netty.",
			"io.opentelemetry.", "io.prometheus.", "io.r2dbc.", "io.reactivex.", "io.undertow.", "io.vavr.",
			"liquibase.", "net.bytebuddy.", "net.sf.", "net.ttddyy.", "okhttp3.", "okio.", "oracle.", "org.apache.",
			"org.aspectj.", "org.bouncycastle.", "org.bson.", "org.codehaus.", "org.eclipse.", "org.ehcache.",
			"org.elasticsearch.", "org.flywaydb.", "org.glassfish.", "org.h2.", "org.hibernate.", "org.hsqldb.",
			"org.infinispan.", "org.jboss.", "org.jetbrains.", "org.jooq.", "org.mariadb.", "org.mybatis.",
			"org.neo4j.", "org.opensearch.", "org.postgresql.", "org.quartz.", "org.reactivestreams.", "org.redisson.",
			"org.slf4j.", "org.springframework.", "org.thymeleaf.", "org.xnio.", "org.yaml.", "reactor.",
			"redis.clients.", "retrofit2.", "software.amazon.", "tools.jackson.");

	/**
	 * Classes that proxies and persistence make in the package of the class that they
	 * stand for. Kotlin's own have dollar signs as well.
	 */
	private static final Pattern GENERATED = Pattern
		.compile(".*(\\$\\$(SpringCGLIB|EnhancerBy|FastClassBy|KeyFactoryBy|BeanFactory|_javassist|_jvst)"
				+ "|\\$(HibernateProxy|HibernateInstantiator|HibernateAccessOptimizer|ByteBuddy|MockitoMock)\\$"
				+ "|\\$Proxy[0-9]|_\\$\\$_|\\$\\$Lambda).*");

	private Libraries() {
	}

	/**
	 * Whether a class is of the JDK, Spring, the container or another well-known library,
	 * or one that they generated, and not of the application.
	 * @param name the name of a class or of a method with its class
	 * @return {@code false} for everything that is not known as a library
	 */
	public static boolean contain(String name) {
		return prefixLength(name) > 0 || isGenerated(name);
	}

	/**
	 * Whether a class was generated as a proxy, of whatever class.
	 * @param name the name of a class or of a method with its class
	 * @return {@code true} for what CGLIB, the JDK, Byte Buddy and others of that kind
	 * make
	 */
	public static boolean isGenerated(String name) {
		return name.indexOf('$') >= 0 && GENERATED.matcher(name).matches();
	}

	/**
	 * Whether a class is of the JDK.
	 * @param name the name of a class
	 * @return {@code true} for a class of the JDK
	 */
	public static boolean isJdk(String name) {
		return longest(JDK, name) > 0;
	}

	/** How much of a name is known as a library's, 0 if it is none's. */
	static int prefixLength(String name) {
		return Math.max(longest(JDK, name), longest(PACKAGES, name));
	}

	private static int longest(List<String> prefixes, String name) {
		int length = 0;
		for (String prefix : prefixes) {
			if (name.startsWith(prefix)) {
				length = Math.max(length, prefix.length());
			}
		}
		return length;
	}

}
