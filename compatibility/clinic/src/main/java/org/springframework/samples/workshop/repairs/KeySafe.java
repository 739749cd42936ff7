package org.springframework.samples.workshop.repairs;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import org.springframework.stereotype.Component;

/**
 * Encrypts and decrypts contacts. One thread at a time holds the key.
 */
@Component
public class KeySafe {

	private static final int DIGITS = 10;

	private static final int KEY = 3;

	private final Lock key = new ReentrantLock();

	/**
	 * Takes the key out of the safe, once it is there.
	 * @return the lock to release to put the key back
	 */
	public Lock takeKey() {
		this.key.lock();
		return this.key;
	}

	String encrypt(String text) {
		return shift(text, KEY);
	}

	String decrypt(String text) {
		return shift(text, DIGITS - KEY);
	}

	private String shift(String text, int by) {
		Lock taken = takeKey();
		try {
			StringBuilder shifted = new StringBuilder(text.length());
			text.chars()
				.forEach((each) -> shifted
					.append(Character.isDigit(each) ? (char) ('0' + (each - '0' + by) % DIGITS) : (char) each));
			return shifted.toString();
		}
		finally {
			taken.unlock();
		}
	}

}
