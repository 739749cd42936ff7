package io.gmicro.sample.orders;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OrderRepositoryTests {

	private final OrderRepository orders = new OrderRepository();

	@Test
	void oldestOrderGivesWayWhenFull() {
		while (this.orders.count() < OrderRepository.CAPACITY) {
			this.orders.add(new NewOrder("tea", 1));
		}
		assertThat(this.orders.find(1)).isPresent();
		Order newest = this.orders.add(new NewOrder("scones", 2));
		assertThat(this.orders.count()).isEqualTo(OrderRepository.CAPACITY);
		assertThat(this.orders.find(1)).isEmpty();
		assertThat(this.orders.find(2)).isPresent();
		assertThat(this.orders.find(newest.id())).contains(newest);
		assertThat(this.orders.findAll()).hasSize(OrderRepository.CAPACITY).startsWith(new Order(2, "coffee", 2));
	}

}
