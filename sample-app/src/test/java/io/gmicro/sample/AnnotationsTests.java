package io.gmicro.sample;

import java.util.List;

import io.micrometer.core.annotation.Counted;
import io.micrometer.core.annotation.Timed;
import io.micrometer.observation.annotation.Observed;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Micrometer's annotations, by Spring Boot's own auto-configuration.
 */
class AnnotationsTests {

	private static final String ENABLED = "management.observations.annotations.enabled=true";

	private static final List<String> FAMILIES = List.of("shop_checkout_seconds", "shop_visits_total",
			"shop_payment_seconds");

	@Test
	void annotatedMethodsAreRecorded() throws Exception {
		try (SampleServer sample = SampleServer.startWith(List.of(Shop.class), ENABLED)) {
			use(sample.bean(Shop.class));
			Scrape scrape = sample.scrape();
			assertThat(scrape.families()).containsAll(FAMILIES);
			assertThat(scrape.sum("shop_checkout_seconds_count")).isEqualTo(1);
			assertThat(scrape.sum("shop_visits_total")).isEqualTo(2);
			assertThat(scrape.sum("shop_payment_seconds_count")).isEqualTo(1);
			assertThat(scrape.text())
				.containsPattern("shop_payment_seconds_count\\{[^}]*error=\"IllegalStateException\"");
		}
	}

	@Test
	void unlessEnabledTheyAreNot() throws Exception {
		try (SampleServer sample = SampleServer.startWith(List.of(Shop.class))) {
			use(sample.bean(Shop.class));
			assertThat(sample.scrape().families()).isNotEmpty().doesNotContainAnyElementsOf(FAMILIES);
		}
	}

	private static void use(Shop shop) {
		shop.checkout();
		shop.visit();
		shop.visit();
		try {
			shop.pay();
		}
		catch (IllegalStateException ex) {
			assertThat(ex).hasMessage("declined");
		}
	}

	static class Shop {

		@Timed("shop.checkout")
		void checkout() {
		}

		@Counted("shop.visits")
		void visit() {
		}

		@Observed(name = "shop.payment")
		void pay() {
			throw new IllegalStateException("declined");
		}

	}

}
