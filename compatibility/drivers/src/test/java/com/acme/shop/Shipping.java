package com.acme.shop;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Asks another service.
 */
@Component
class Shipping {

	private final RestClient client;

	Shipping(@Value("${shop.shipping}") String url) {
		this.client = RestClient.create(url);
	}

	String quote(int id) {
		return String.valueOf(this.client.get().uri("/quotes/{id}", id).retrieve().body(String.class));
	}

}
