package org.springframework.samples.workshop.repairs;

/**
 * How a customer can be reached.
 *
 * @param phone a telephone number
 */
public record Contact(String phone) {
}
