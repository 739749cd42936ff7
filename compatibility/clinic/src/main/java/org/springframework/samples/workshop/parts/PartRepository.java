package org.springframework.samples.workshop.parts;

import java.util.List;

import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.repository.query.Param;

/**
 * Spare parts, served below {@code /api/parts}.
 */
public interface PartRepository extends JpaRepository<Part, Long> {

	List<Part> findByName(@Param("name") String name);

}
