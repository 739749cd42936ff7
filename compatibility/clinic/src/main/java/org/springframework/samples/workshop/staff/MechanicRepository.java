package org.springframework.samples.workshop.staff;

import org.springframework.data.jpa.repository.JpaRepository;

interface MechanicRepository extends JpaRepository<Mechanic, String> {

}
