package io.gmicro.compatibility;

import java.io.IOException;
import java.net.URI;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Requests that are answered on the thread they came in on.
 */
@RestController
class PlainController {

	static final int LARGE = 300_000;

	@GetMapping("/hello/{id}")
	String hello(@PathVariable("id") String id) {
		return "hello " + id;
	}

	@PostMapping("/echo")
	String echo(@RequestBody(required = false) String body) {
		return "echo " + body;
	}

	@GetMapping("/large")
	byte[] large() {
		return new byte[LARGE];
	}

	@GetMapping("/empty")
	ResponseEntity<Void> empty() {
		return ResponseEntity.noContent().build();
	}

	@GetMapping("/redirect")
	ResponseEntity<Void> redirect() {
		return ResponseEntity.status(HttpStatus.FOUND).location(URI.create("/hello/1")).build();
	}

	@GetMapping("/fail")
	String fail() {
		throw new IllegalStateException("expected by the test");
	}

	@GetMapping("/conflict")
	String conflict() {
		throw new ResponseStatusException(HttpStatus.CONFLICT);
	}

	@GetMapping("/teapot")
	void teapot(HttpServletResponse response) throws IOException {
		response.sendError(418);
	}

	@GetMapping("/gone")
	ResponseEntity<String> gone() {
		return ResponseEntity.status(HttpStatus.GONE).body("gone for good");
	}

	@GetMapping("/writer")
	void writer(HttpServletResponse response) throws IOException {
		response.setContentType("text/plain;charset=utf-8");
		response.getWriter().write("one two three");
	}

	/** More bytes than characters, and left to the container to flush. */
	@GetMapping("/accents")
	void accents(HttpServletResponse response) throws IOException {
		response.setContentType("text/plain;charset=utf-8");
		response.getWriter().write("\u010dty\u0159i \u20ac a p\u011bt");
	}

	@GetMapping("/second-thoughts")
	void secondThoughts(HttpServletResponse response) throws IOException {
		response.getOutputStream().print("never to be seen");
		response.reset();
		response.getOutputStream().print("seen");
	}

	@GetMapping("/written-then-failed")
	void writtenThenFailed(HttpServletResponse response) throws IOException {
		response.getOutputStream().print("never to be seen");
		throw new IllegalStateException("expected by the test");
	}

	@GetMapping("/written-then-refused")
	void writtenThenRefused(HttpServletResponse response) throws IOException {
		response.getOutputStream().print("never to be seen");
		response.sendError(HttpServletResponse.SC_CONFLICT);
	}

	/** The container answers 500, whatever was set before. */
	@GetMapping("/status-then-failed/{status}")
	void statusThenFailed(@PathVariable("status") int status, HttpServletResponse response) {
		response.setStatus(status);
		throw new IllegalStateException("expected by the test");
	}

	@GetMapping("/refused-then-failed")
	void refusedThenFailed(HttpServletResponse response) throws IOException {
		response.sendError(HttpServletResponse.SC_CONFLICT);
		throw new IllegalStateException("expected by the test");
	}

	@GetMapping("/not-modified")
	ResponseEntity<Void> notModified() {
		return ResponseEntity.status(HttpStatus.NOT_MODIFIED).eTag("1").build();
	}

	@GetMapping("/include")
	void include(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
		request.getRequestDispatcher("/hello/included").include(request, response);
	}

	@GetMapping("/nothing")
	ResponseEntity<Void> nothing() {
		return ResponseEntity.notFound().build();
	}

	@GetMapping("/forward/{path}")
	void forward(@PathVariable("path") String path, HttpServletRequest request, HttpServletResponse response)
			throws ServletException, IOException {
		request.getRequestDispatcher("/" + path).forward(request, response);
	}

}
