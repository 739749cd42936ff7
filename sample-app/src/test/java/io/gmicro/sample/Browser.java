package io.gmicro.sample;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.openqa.selenium.Alert;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

import org.springframework.util.FileSystemUtils;

/**
 * A headless Chromium with a profile of its own.
 */
final class Browser implements AutoCloseable {

	private static final Path SCREENSHOTS = Path.of("target", "screenshots");

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private final ChromeDriver driver;

	private final Path profile;

	private Browser(ChromeDriver driver, Path profile) {
		this.driver = driver;
		this.profile = profile;
	}

	/** Both tools are named, so that nothing is ever downloaded. */
	static Browser start() throws IOException {
		String chromium = RealTools.find("chromium");
		File driver = new File(RealTools.find("chromedriver"));
		Path profile = Files.createTempDirectory("gmicro-chromium");
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium);
		options.addArguments("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--disable-dev-shm-usage", "--user-data-dir=" + profile);
		options.setCapability("goog:loggingPrefs", Map.of(LogType.BROWSER, "ALL"));
		options.setPageLoadTimeout(TIMEOUT);
		options.setScriptTimeout(TIMEOUT);
		ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(driver)
			.usingAnyFreePort()
			.withTimeout(TIMEOUT)
			.build();
		return new Browser(new ChromeDriver(service, options), profile);
	}

	/** Viewport of a desktop or of a phone. */
	void size(int width, int height) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
	}

	void colorScheme(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	void open(String url) {
		this.driver.get(url);
	}

	WebElement element(String selector) {
		return this.driver.findElement(By.cssSelector(selector));
	}

	List<WebElement> elements(String selector) {
		return this.driver.findElements(By.cssSelector(selector));
	}

	/** At a point of an element, counted from its upper left corner. */
	void click(WebElement element, int x, int y) {
		// Selenium counts from the middle of what is visible, which differs with the size
		// of the window
		this.driver.executeScript("window.scrollTo(0, 0)");
		new Actions(this.driver).moveToLocation(element.getLocation().getX() + x, element.getLocation().getY() + y)
			.click()
			.perform();
	}

	void answerPrompt(WebElement asks, String answer) {
		asks.click();
		Alert prompt = this.driver.switchTo().alert();
		prompt.sendKeys(answer);
		prompt.accept();
	}

	/** How much wider than the viewport the page is. */
	long overflow() {
		Object width = this.driver.executeScript("return document.documentElement.scrollWidth - window.innerWidth");
		return (width instanceof Number number) ? number.longValue() : -1;
	}

	/**
	 * What the browser complained about, violations of the content security policy
	 * included.
	 */
	List<String> console() {
		return this.driver.manage().logs().get(LogType.BROWSER).getAll().stream().map(LogEntry::toString).toList();
	}

	void screenshot(String name) throws IOException {
		this.driver.executeScript("window.scrollTo(0, 0)");
		Files.createDirectories(SCREENSHOTS);
		Files.write(SCREENSHOTS.resolve(name + ".png"), this.driver.getScreenshotAs(OutputType.BYTES));
	}

	@Override
	public void close() {
		this.driver.quit();
		try {
			FileSystemUtils.deleteRecursively(this.profile);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
