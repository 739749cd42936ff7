package org.springframework.samples.workshop.bikes;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;

/**
 * A bike of a customer.
 */
@Entity
public class Bike {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private Long id;

	@Column(nullable = false)
	private String frameNumber;

	@Column(nullable = false)
	private int gears;

	protected Bike() {
	}

	public Bike(String frameNumber, int gears) {
		this.frameNumber = frameNumber;
		this.gears = gears;
	}

	public Long getId() {
		return this.id;
	}

	public String getFrameNumber() {
		return this.frameNumber;
	}

	public int getGears() {
		return this.gears;
	}

	public void setGears(int gears) {
		this.gears = gears;
	}

}
