package io.gmicro.sample.orders;

import java.net.URI;
import java.util.List;

import jakarta.validation.Valid;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * The orders as a REST resource.
 */
@RestController
@RequestMapping("/orders")
final class OrderController {

	private final OrderRepository orders;

	private final OrderMetrics metrics;

	OrderController(OrderRepository orders, OrderMetrics metrics) {
		this.orders = orders;
		this.metrics = metrics;
	}

	@GetMapping
	List<Order> orders() {
		return this.orders.findAll();
	}

	@GetMapping("/{id}")
	Order order(@PathVariable long id) {
		return this.orders.find(id)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no order " + id));
	}

	@PostMapping
	ResponseEntity<Order> place(@Valid @RequestBody NewOrder newOrder) {
		Order order = this.metrics.place(() -> this.orders.add(newOrder));
		return ResponseEntity.created(URI.create("/orders/" + order.id())).body(order);
	}

}
