package io.gmicro.sample;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page of slow requests in a real browser.
 */
@Timeout(180)
class SlowRequestsPageTests {

	private static final String OWN_METHOD = "BlockingController.slow";

	@Test
	void showsWhereARequestIsWhileItIsSlow() throws Exception {
		try (Browser browser = Browser.start();
				SampleServer sample = SampleServer.startWith("gmicro.http.slow-requests.threshold=200ms",
						"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.diagnostics.access=unrestricted",
						"server.shutdown=immediate")) {
			String page = "http://127.0.0.1:" + sample.port() + "/debug/requests";
			together(sample, "/slow?millis=700", "/contend?millis=900", "/cpu?millis=600", "/slow?millis=400").join();
			CompletableFuture<?> answers = together(sample, "/slow?millis=30000", "/async?millis=30000",
					"/events?count=100");
			browser.size(1200, 900);
			browser.colorScheme("light");
			await().until(() -> {
				browser.open(page);
				return browser.elements("tr.slow").size() == 2 && browser.elements(".running tbody tr").size() == 2
						&& browser.elements(".streams tbody tr").size() == 1;
			});
			assertThat(browser.element("table.running").getText()).doesNotContain(OWN_METHOD)
				.contains("asynchronous, holds no thread", "past its threshold of 0.200 s");

			stackLink(browser).click();
			WebElement live = browser.element("#live");
			assertThat(live.getText()).contains(OWN_METHOD, "BlockingController.java:");
			assertThat(live.getText()).contains("java.lang.Thread.sleep").doesNotContain("DispatcherServlet");
			List<WebElement> libraries = live.findElements(By.cssSelector("details.library summary"));
			WebElement library = libraries.get(libraries.size() - 1);
			library.click();
			assertThat(live.getText()).contains("DispatcherServlet");
			library.click();
			assertThat(browser.element(".story .shares").getText()).containsPattern("[a-z_]+ \\d+ %");
			assertThat(browser.element(".story .bar rect").getCssValue("fill")).startsWith("rgb(");
			browser.element(".story details:not(.parts)").click();
			assertThat(browser.element(".story details .tree").getText()).contains("io.gmicro.sample.work.");
			assertThat(answers).isNotDone();
			assertThat(browser.console()).isEmpty();
			screenshots(browser);
		}
	}

	private static WebElement stackLink(Browser browser) {
		return browser.elements(".running tbody tr")
			.stream()
			.filter((row) -> row.getText().contains("/slow"))
			.findFirst()
			.orElseThrow()
			.findElement(By.linkText("Stack now"));
	}

	private static void screenshots(Browser browser) throws Exception {
		browser.screenshot("debug-requests-light");
		browser.colorScheme("dark");
		browser.screenshot("debug-requests-dark");
		browser.size(390, 844);
		browser.colorScheme("light");
		assertThat(browser.overflow()).as("wider than a phone").isNotPositive();
		browser.screenshot("debug-requests-phone");
	}

	private static CompletableFuture<?> together(SampleServer sample, String... paths) {
		List<CompletableFuture<HttpResponse<String>>> answers = Stream.of(paths).map(sample::getLater).toList();
		return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
	}

}
