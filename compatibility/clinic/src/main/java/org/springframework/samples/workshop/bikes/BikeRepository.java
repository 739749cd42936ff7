package org.springframework.samples.workshop.bikes;

import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.jpa.repository.JpaRepository;

interface BikeRepository extends JpaRepository<Bike, Long> {

	Page<Bike> findByGearsGreaterThanEqual(int gears, Pageable page);

}
