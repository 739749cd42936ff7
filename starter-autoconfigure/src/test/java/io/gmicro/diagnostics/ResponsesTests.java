package io.gmicro.diagnostics;

import java.io.IOException;
import java.net.http.HttpResponse;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A refusal is one line, whatever was begun before it.
 */
class ResponsesTests {

	@ParameterizedTest
	@CsvSource({ "TOMCAT, /writer", "TOMCAT, /stream", "JETTY, /writer", "JETTY, /stream" })
	void refusalTakesThePlaceOfWhatWasBegun(Container container, String begun) {
		try (TestServer server = TestServer.start(container, Begun.class)) {
			HttpResponse<String> response = server.get(begun);
			assertThat(response.statusCode()).isEqualTo(503);
			assertThat(response.body()).isEqualTo("too much \u2013 of it\n");
			assertThat(response.headers().firstValue("Content-Type")).hasValue("text/plain;charset=utf-8");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Begun {

		@Bean
		ServletRegistrationBean<HttpServlet> begun() {
			return new ServletRegistrationBean<>(new HttpServlet() {

				private static final long serialVersionUID = 1L;

				@Override
				protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
					if (request.getRequestURI().equals("/writer")) {
						response.setContentType("text/html;charset=iso-8859-1");
						response.getWriter().print("begun");
					}
					else {
						response.getOutputStream().print("begun");
					}
					response.reset();
					Responses.refuse(response, 503, "too much \u2013 of it");
				}

			}, "/writer", "/stream");
		}

	}

}
