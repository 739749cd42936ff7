package org.springframework.samples.workshop.bikes;

import java.io.IOException;
import java.net.URI;
import java.util.List;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

@RestController
@RequestMapping("/bikes")
class BikeController {

	private final BikeService bikes;

	BikeController(BikeService bikes) {
		this.bikes = bikes;
	}

	@GetMapping
	List<BikeView> list(@RequestParam(defaultValue = "0") @Min(0) int gears,
			@RequestParam(defaultValue = "10") @Min(1) @Max(100) int size) {
		return this.bikes.find(gears, size).stream().map(BikeView::of).toList();
	}

	@GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
	BikeView bike(@PathVariable long id) {
		return BikeView.of(this.bikes.get(id));
	}

	@PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
	ResponseEntity<BikeView> add(@RequestBody @Valid NewBike bike) {
		BikeView added = BikeView.of(this.bikes.add(bike.frameNumber(), bike.gears()));
		URI location = ServletUriComponentsBuilder.fromCurrentRequest().path("/{id}").build(added.id());
		return ResponseEntity.created(location).body(added);
	}

	@PutMapping("/{id}/gears")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void refit(@PathVariable long id, @RequestParam @Min(1) @Max(36) int gears) {
		this.bikes.refit(id, gears);
	}

	@DeleteMapping("/{id}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void scrap(@PathVariable long id) {
		this.bikes.scrap(id);
	}

	@PostMapping(path = "/{id}/photos", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
	@ResponseStatus(HttpStatus.ACCEPTED)
	PhotoView addPhoto(@PathVariable long id, @RequestParam MultipartFile photo) throws IOException {
		return new PhotoView(this.bikes.get(id).getFrameNumber(), photo.getBytes().length);
	}

	record NewBike(@NotBlank String frameNumber, @Min(1) @Max(36) int gears) {
	}

	record BikeView(long id, String frameNumber, int gears) {

		static BikeView of(Bike bike) {
			return new BikeView(bike.getId(), bike.getFrameNumber(), bike.getGears());
		}

	}

	record PhotoView(String frameNumber, int bytes) {
	}

}
