package com.acme.shop;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The service.
 */
@SpringBootApplication
public class ShopApplication {

	public static void main(String[] args) {
		SpringApplication.run(ShopApplication.class, args);
	}

	/** Each route calls one class, which goes wrong. */
	@RestController
	static class Routes {

		private final Orders orders;

		private final Stock stock;

		private final Shipping shipping;

		private final Exports exports;

		private final Phases phases;

		Routes(Orders orders, Stock stock, Shipping shipping, Exports exports, Phases phases) {
			this.orders = orders;
			this.stock = stock;
			this.shipping = shipping;
			this.exports = exports;
			this.phases = phases;
		}

		@GetMapping("/orders/{id}")
		String order(@PathVariable int id) {
			return this.orders.find(id);
		}

		@GetMapping("/reports")
		String report() {
			return this.orders.report();
		}

		@GetMapping("/invoices/{id}")
		int invoice(@PathVariable int id) {
			return this.orders.lines(id);
		}

		@GetMapping("/stock/{item}")
		String stock(@PathVariable String item) throws InterruptedException {
			return this.stock.reserve(item);
		}

		@GetMapping("/shipping/{id}")
		String shipping(@PathVariable int id) {
			return this.shipping.quote(id);
		}

		@GetMapping("/exports")
		int export() {
			return this.exports.render();
		}

		@GetMapping("/search")
		boolean search(@RequestParam String name) {
			return Search.isName(name);
		}

		@GetMapping("/phases")
		String phases() throws Exception {
			return this.phases.all();
		}

		@GetMapping("/events")
		SseEmitter events() throws Exception {
			SseEmitter events = new SseEmitter(0L);
			events.send("open");
			return events;
		}

	}

}
