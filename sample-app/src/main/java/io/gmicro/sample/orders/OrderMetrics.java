package io.gmicro.sample.orders;

import java.util.function.Supplier;

import io.gmicro.custom.CustomMetrics;
import io.gmicro.custom.MeterFamily;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import org.springframework.stereotype.Component;

/**
 * The shop's own metrics, served beside those of its requests: a gauge, a histogram and a
 * summary that are built here, and a counter that is declared in {@code application.yml}.
 */
@Component
final class OrderMetrics {

	private final DistributionSummary items;

	private final Timer placing;

	private final MeterFamily<Counter> placed;

	OrderMetrics(MeterRegistry registry, CustomMetrics metrics, OrderRepository orders) {
		this.placed = metrics.counter("mxshop_orders_placed");

		Gauge.builder("mxshop.orders", orders, OrderRepository::count)
			.description("Orders held in memory")
			.baseUnit("orders")
			.register(registry);

		this.items = DistributionSummary.builder("mxshop.order.items")
			.description("Items in one order")
			.baseUnit("items")
			.serviceLevelObjectives(1, 2, 5, 10, 20, 50, 100)
			.register(registry);

		this.placing = Timer.builder("mxshop.order.placing")
			.description("Time to place one order")
			.publishPercentiles(0.5, 0.9, 0.99)
			.register(registry);
	}

	Order place(Supplier<Order> placing) {
		Order order = this.placing.record(placing);
		this.items.record(order.quantity());
		this.placed.labelValues(order.item()).increment();
		return order;
	}

}
