/**
 * A service with routes that go wrong in the ways in which services go wrong.
 */
@NullMarked
package com.acme.shop;

import org.jspecify.annotations.NullMarked;
