package io.gmicro.diagnostics;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import jakarta.servlet.http.HttpServletResponse;

/**
 * Headers, errors, page head and style sheet of all diagnostics pages.
 */
public final class Responses {

	/** Name of a style sheet, both as a resource and in the URL, below its page. */
	public static final String STYLE_SHEET = "style.css";

	/** Policy for pages without scripts. */
	public static final String CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; "
			+ "form-action 'none'; frame-ancestors 'none'";

	/** Content type of plain text. */
	public static final String TEXT = "text/plain;charset=utf-8";

	private Responses() {
	}

	/**
	 * Set the headers that every response needs: it must not be stored, run scripts,
	 * reveal its address to other sites, or be taken for another content type.
	 * @param response a response to which nothing has been written
	 */
	public static void secure(HttpServletResponse response) {
		response.setHeader("Cache-Control", "no-store");
		response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
		response.setHeader("Referrer-Policy", "no-referrer");
		response.setHeader("X-Content-Type-Options", "nosniff");
	}

	/**
	 * Send an error as a line of text.
	 * @param response a response to which nothing has been written
	 * @param status the status
	 * @param reason the reason, without a line break
	 * @throws IOException if the response cannot be written
	 */
	public static void refuse(HttpServletResponse response, int status, String reason) throws IOException {
		response.setStatus(status);
		response.setContentType(TEXT);
		response.getOutputStream().write((reason + "\n").getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Return the beginning of a page.
	 * @param title its title, any text
	 * @param style the relative URL of its style sheet
	 * @return HTML up to and including the start tag of the body
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

	/**
	 * Send the style sheet of a page: the part that all pages share, then its own.
	 * @param page a class of the page, in the package that contains its own part
	 * @param response a response to which nothing has been written
	 * @throws IOException if the response cannot be written
	 */
	public static void sendStyleSheet(Class<?> page, HttpServletResponse response) throws IOException {
		response.setContentType("text/css;charset=utf-8");
		for (Class<?> type : List.of(Responses.class, page)) {
			try (InputStream style = Objects.requireNonNull(type.getResourceAsStream(STYLE_SHEET))) {
				style.transferTo(response.getOutputStream());
			}
		}
	}

}
