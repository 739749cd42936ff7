package io.gmicro.sample.orders;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

import org.springframework.stereotype.Component;

/**
 * Keeps the newest {@value #CAPACITY} orders in memory; an older one gives way to a new
 * one, so that the shop can take any number of them. Thread-safe.
 */
@Component
final class OrderRepository {

	static final int CAPACITY = 10_000;

	private final ConcurrentSkipListMap<Long, Order> orders = new ConcurrentSkipListMap<>();

	private final AtomicLong lastId = new AtomicLong();

	OrderRepository() {
		add(new NewOrder("tea", 1));
		add(new NewOrder("coffee", 2));
		add(new NewOrder("biscuits", 12));
	}

	Order add(NewOrder newOrder) {
		Order order = new Order(this.lastId.incrementAndGet(), newOrder.item(), newOrder.quantity());
		this.orders.put(order.id(), order);
		if (this.orders.size() > CAPACITY) {
			this.orders.pollFirstEntry();
		}
		return order;
	}

	Optional<Order> find(long id) {
		return Optional.ofNullable(this.orders.get(id));
	}

	List<Order> findAll() {
		return new ArrayList<>(this.orders.values());
	}

	int count() {
		return this.orders.size();
	}

}
