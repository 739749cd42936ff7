package io.gmicro.diagnostics;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.http.HttpServletResponse;

/**
 * What the answers of all pages of diagnostics have in common.
 */
public final class Responses {

	/** Of pages that need no script. */
	public static final String CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; "
			+ "form-action 'none'; frame-ancestors 'none'";

	/** Of plain text. */
	public static final String TEXT = "text/plain;charset=utf-8";

	private Responses() {
	}

	/**
	 * Sets the headers without which nothing must be sent: it is not stored, nothing in
	 * it runs, no other site learns its address, and it is what its type says.
	 * @param response a response to which nothing has been written
	 */
	public static void secure(HttpServletResponse response) {
		response.setHeader("Cache-Control", "no-store");
		response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
		response.setHeader("Referrer-Policy", "no-referrer");
		response.setHeader("X-Content-Type-Options", "nosniff");
	}

	/**
	 * Answers with one line of text.
	 * @param response a response to which nothing has been written
	 * @param status the status
	 * @param reason what is wrong, without a line break
	 * @throws IOException if that fails
	 */
	public static void refuse(HttpServletResponse response, int status, String reason) throws IOException {
		response.setStatus(status);
		response.setContentType(TEXT);
		response.getOutputStream().write((reason + "\n").getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * How a page begins.
	 * @param title its title, any text
	 * @param style the relative URL of its style sheet
	 * @return HTML up to and with the start of its body
	 */
	public static String head(String title, String style) {
		return """
				<!DOCTYPE html>
				<html lang="en">
				<head>
				<meta charset="utf-8">
				<meta name="viewport" content="width=device-width, initial-scale=1">
				<meta name="color-scheme" content="light dark">
				<title>%s</title>
				<link rel="stylesheet" href="%s">
				</head>
				<body>
				""".formatted(Escape.html(title), Escape.html(style));
	}

}
