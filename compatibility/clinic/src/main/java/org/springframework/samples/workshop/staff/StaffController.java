package org.springframework.samples.workshop.staff;

import java.security.Principal;
import java.util.Map;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/staff")
class StaffController {

	@GetMapping("/me")
	Map<String, String> me(Principal principal) {
		return Map.of("name", principal.getName());
	}

	@GetMapping("/wages")
	Map<String, Integer> wages() {
		return Map.of("ida", 24, "oskar", 31);
	}

}
