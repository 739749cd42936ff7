package org.springframework.samples.workshop.staff;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/**
 * An account of a mechanic.
 */
@Entity
class Mechanic {

	@Id
	private String name;

	private String password;

	private String role;

	protected Mechanic() {
	}

	String name() {
		return this.name;
	}

	String password() {
		return this.password;
	}

	String role() {
		return this.role;
	}

}
