package org.springframework.samples.workshop.bikes;

import java.util.List;

import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Sort;
import org.springframework.samples.workshop.NotFoundException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What can be done with bikes.
 */
@Service
public class BikeService {

	private final BikeRepository bikes;

	BikeService(BikeRepository bikes) {
		this.bikes = bikes;
	}

	@Transactional(readOnly = true)
	public List<Bike> find(int gears, int size) {
		return this.bikes.findByGearsGreaterThanEqual(gears, PageRequest.of(0, size, Sort.by("id"))).getContent();
	}

	@Transactional(readOnly = true)
	public Bike get(long id) {
		return this.bikes.findById(id).orElseThrow(() -> new NotFoundException("bike", id));
	}

	@Transactional
	public Bike add(String frameNumber, int gears) {
		return this.bikes.save(new Bike(frameNumber, gears));
	}

	/**
	 * Fits other gears to a bike.
	 * @param id the bike's id
	 * @param gears how many gears it has from now on
	 */
	@Transactional
	public void refit(long id, int gears) {
		get(id).setGears(gears);
		this.bikes.flush();
	}

	@Transactional
	public void scrap(long id) {
		this.bikes.delete(get(id));
	}

}
