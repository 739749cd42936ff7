package org.springframework.samples.workshop.repairs;

import java.util.List;

import org.springframework.data.jpa.repository.EntityGraph;
import org.springframework.data.jpa.repository.JpaRepository;

interface RepairRepository extends JpaRepository<Repair, Long> {

	@EntityGraph(attributePaths = "bike")
	List<Repair> findByBikeId(long bikeId);

}
