package com.acme.shop;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Reads orders from a pool of few connections.
 */
@Component
class Orders {

	private static final int LINES = 400;

	private final JdbcClient database;

	Orders(JdbcClient database) {
		this.database = database;
	}

	String find(int id) {
		return this.database.sql("select ?::text").param(id).query(String.class).single();
	}

	/** Holds a connection for long. */
	String report() {
		return this.database.sql("select pg_sleep(4)::text").query(String.class).single();
	}

	/** One statement for each line instead of one for all. */
	int lines(int id) {
		int sum = 0;
		for (int line = 0; line < LINES; line++) {
			sum += line(id, line);
		}
		return sum;
	}

	private int line(int id, int line) {
		return this.database.sql("select ?::int from (select pg_sleep(0.003)) as delay")
			.param(id + line)
			.query(Integer.class)
			.single();
	}

}
