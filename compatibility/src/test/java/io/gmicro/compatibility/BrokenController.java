package io.gmicro.compatibility;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * Answers that never come to their end.
 */
@RestController
class BrokenController {

	@GetMapping("/broken/sync")
	void sync(HttpServletResponse response) throws IOException {
		begin(response.getOutputStream());
		throw new IllegalStateException("expected by the test");
	}

	@GetMapping("/broken/stream")
	StreamingResponseBody stream() {
		return (out) -> {
			begin(out);
			throw new IllegalStateException("expected by the test");
		};
	}

	@GetMapping("/endless/sync")
	void endless(HttpServletResponse response) throws IOException {
		writeUntilItFails(response.getOutputStream());
	}

	@GetMapping("/endless/stream")
	StreamingResponseBody endlessStream() {
		return BrokenController::writeUntilItFails;
	}

	@PostMapping("/received/form")
	String form(@RequestParam("name") String name) {
		return name;
	}

	@PostMapping("/received/optional")
	String optional(@RequestParam(name = "name", required = false) String name) {
		return "received " + name;
	}

	@PostMapping("/received/json")
	String json(@RequestBody Map<String, String> body) {
		return body.toString();
	}

	@PostMapping("/received/multipart")
	String multipart(@RequestParam("file") MultipartFile file) {
		return file.getName();
	}

	@PostMapping("/received/raw")
	String raw(HttpServletRequest request) throws IOException {
		return Integer.toString(request.getInputStream().readAllBytes().length);
	}

	/** More than any buffer holds, so that it is sent even where nobody flushes. */
	private static void begin(OutputStream out) throws IOException {
		out.write(new byte[PlainController.LARGE]);
		out.flush();
	}

	@SuppressWarnings("InfiniteLoopStatement")
	private static void writeUntilItFails(OutputStream out) throws IOException {
		byte[] part = new byte[8192];
		while (true) {
			out.write(part);
			out.flush();
		}
	}

}
