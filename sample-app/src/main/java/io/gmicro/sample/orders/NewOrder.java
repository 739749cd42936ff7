package io.gmicro.sample.orders;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/**
 * An order that is about to be placed.
 *
 * @param item what is ordered
 * @param quantity how many of it
 */
record NewOrder(@NotBlank @Size(max = 100) String item, @Min(1) @Max(1000) int quantity) {
}
