package io.gmicro.diagnostics;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

import jakarta.servlet.http.HttpServletResponse;

/**
 * The stylesheet of a page of diagnostics: what all such pages share, and after it what
 * the page has of its own. Thread-safe.
 */
public final class Stylesheet {

	/** What a stylesheet is called, as a resource and below its page. */
	public static final String NAME = "style.css";

	private final Class<?> page;

	/**
	 * Create a stylesheet.
	 * @param page a class of the page, beside which its own part is
	 */
	public Stylesheet(Class<?> page) {
		this.page = page;
	}

	/**
	 * Send the stylesheet.
	 * @param response what it is sent with
	 * @throws IOException if that fails
	 */
	public void writeTo(HttpServletResponse response) throws IOException {
		response.setContentType("text/css;charset=utf-8");
		write(Stylesheet.class, response);
		write(this.page, response);
	}

	private static void write(Class<?> beside, HttpServletResponse response) throws IOException {
		try (InputStream style = Objects.requireNonNull(beside.getResourceAsStream(NAME))) {
			style.transferTo(response.getOutputStream());
		}
	}

}
