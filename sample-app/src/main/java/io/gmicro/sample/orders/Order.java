package io.gmicro.sample.orders;

/**
 * An order that has been placed.
 *
 * @param id its number, counted from 1
 * @param item what was ordered
 * @param quantity how many of it
 */
record Order(long id, String item, int quantity) {
}
