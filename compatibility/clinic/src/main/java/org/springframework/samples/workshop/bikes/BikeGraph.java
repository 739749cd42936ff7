package org.springframework.samples.workshop.bikes;

import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.stereotype.Controller;

/**
 * Bikes for GraphQL.
 */
@Controller
class BikeGraph {

	private final BikeService bikes;

	BikeGraph(BikeService bikes) {
		this.bikes = bikes;
	}

	@QueryMapping
	Bike bike(@Argument long id) {
		return this.bikes.get(id);
	}

	@SchemaMapping(typeName = "Bike")
	int value(Bike bike) {
		throw new UnsupportedOperationException("Bike " + bike.getId() + " was never valued");
	}

}
