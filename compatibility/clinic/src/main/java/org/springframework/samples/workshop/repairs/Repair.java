package org.springframework.samples.workshop.repairs;

import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;

import org.springframework.samples.workshop.bikes.Bike;

/**
 * A repair of a bike, and whom to call once it is done.
 */
@Entity
public class Repair {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private Long id;

	@ManyToOne(fetch = FetchType.LAZY, optional = false)
	private Bike bike;

	@Column(nullable = false)
	private String work;

	@Column(nullable = false)
	@Convert(converter = ContactConverter.class)
	private Contact contact;

	protected Repair() {
	}

	public Long getId() {
		return this.id;
	}

	public Bike getBike() {
		return this.bike;
	}

	public String getWork() {
		return this.work;
	}

	public Contact getContact() {
		return this.contact;
	}

}
