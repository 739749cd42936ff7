package io.gmicro.compatibility;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The application that every line of Spring Boot runs. It uses only types that are at the
 * same place in all of them.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ PlainController.class, AsyncController.class, BrokenController.class, GateFilter.class })
class CompatibilityApplication {

	@Bean
	RouterFunction<ServerResponse> functions() {
		return RouterFunctions.route()
			.GET("/fn/{id}", (request) -> ServerResponse.ok().body("function " + request.pathVariable("id")))
			.build();
	}

}
