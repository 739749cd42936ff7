package io.gmicro.compatibility;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

/**
 * A test of an application with everything on that has no server.
 */
@Tag("container")
@SpringBootTest(classes = CompatibilityApplication.class, properties = { "gmicro.metrics.enabled=true",
		"gmicro.pprof.enabled=true", "gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.rules=target/never" })
class MockMvcTests {

	@Autowired
	private WebApplicationContext context;

	@Autowired
	private FilterRegistrationBean<? extends Filter> gmicroExchangeFilter;

	@Autowired
	private MeterRegistry registry;

	@Test
	void recordsRequestsWithoutAServer() throws Exception {
		MockMvc mvc = MockMvcBuilders.webAppContextSetup(this.context)
			.addFilters(this.gmicroExchangeFilter.getFilter())
			.build();
		mvc.perform(get("/hello/7")).andExpect(status().isOk());
		assertThat(this.registry.get("http.server.request.duration").tag("http.route", "/hello/{id}").timer().count())
			.isOne();
	}

}
