package org.springframework.samples.workshop;

/**
 * The workshop has no such thing.
 */
public class NotFoundException extends RuntimeException {

	public NotFoundException(String kind, long id) {
		super("There is no " + kind + " " + id);
	}

}
