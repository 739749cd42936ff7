package org.springframework.samples.workshop.counter;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

@Controller
class CounterController {

	/** The address that is printed on older receipts. */
	@GetMapping("/receipts/{id}")
	String receipt(@PathVariable long id) {
		return "redirect:/bikes/" + id;
	}

	@PostMapping("/counter/questions")
	String ask(@RequestParam String text) {
		return "redirect:/desk";
	}

}
