package io.gmicro.sample;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.WebElement;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The list of profiles and a flame graph in a real browser.
 */
@Timeout(180)
class ProfilePagesTests {

	private static final String OWN_METHOD = "BlockingController.cpu";

	@Test
	void leadsFromTheListToTheCallThatTakesTheTime() throws Exception {
		try (Browser browser = Browser.start();
				SampleServer sample = SampleServer.startWith("gmicro.pprof.enabled=true",
						"gmicro.diagnostics.access=unrestricted", "server.shutdown=immediate")) {
			browser.size(1200, 900);
			browser.colorScheme("light");
			browser.open("http://127.0.0.1:" + sample.port() + "/debug/pprof/");
			assertThat(browser.element("main").getText()).contains("allocs", "goroutine", "threadcreate",
					"go tool pprof 'http://127.0.0.1:" + sample.port() + "/debug/pprof/profile?seconds=30'");
			assertThat(browser.console()).isEmpty();
			screenshots(browser);

			// Soon after the start the compiler takes its share
			sample.get("/cpu?millis=2000");
			CompletableFuture<Void> work = CompletableFuture.allOf(sample.getLater("/cpu?millis=8000"),
					sample.getLater("/cpu?millis=8000"));
			browser.size(1200, 900);
			browser.open("http://127.0.0.1:" + sample.port() + "/debug/pprof/flamegraph?profile=cpu&seconds=2");
			WebElement canvas = browser.element("#canvas");
			assertThat(browser.element("h1").getText()).doesNotContain("no samples");
			browser.screenshot("flame-graph-light");

			browser.answerPrompt(browser.element("#search"), OWN_METHOD);
			assertThat(matched(browser)).isGreaterThan(50);
			browser.answerPrompt(browser.element("#search"), "(not a regular expression");
			assertThat(matched(browser)).isZero();
			browser.element("#reset").click();

			browser.click(canvas, canvas.getSize().width / 2, 8);
			String all = browser.element("#status").getText();
			assertThat(all).contains("Function: all", "100%").containsPattern("[\\d.]+ (s|ms)");
			browser.click(canvas, canvas.getSize().width / 2, 3 * 16 + 8);
			assertThat(browser.element("#status").getText()).startsWith("Function: ").isNotEqualTo(all);
			browser.element("#darkmode").click();
			browser.screenshot("flame-graph-dark");
			browser.size(390, 844);
			assertThat(browser.overflow()).as("wider than a phone").isNotPositive();
			browser.screenshot("flame-graph-phone");
			assertThat(browser.console()).isEmpty();

			browser.element("a[href='./']").click();
			assertThat(browser.element("h1").getText()).isEqualTo("Profiles");
			work.join();
		}
	}

	private static double matched(Browser browser) {
		return Double.parseDouble(browser.element("#matchval").getText().replace("%", ""));
	}

	private static void screenshots(Browser browser) throws Exception {
		browser.screenshot("debug-pprof-light");
		browser.colorScheme("dark");
		browser.screenshot("debug-pprof-dark");
		browser.colorScheme("light");
		browser.size(390, 844);
		assertThat(browser.overflow()).as("wider than a phone").isNotPositive();
		browser.screenshot("debug-pprof-phone");
	}

}
