package com.acme.shop;

import org.springframework.stereotype.Component;

/**
 * Reserves items one after another.
 */
@Component
class Stock {

	private static final int WORK_MS = 200;

	synchronized String reserve(String item) throws InterruptedException {
		Thread.sleep(WORK_MS);
		return item;
	}

}
