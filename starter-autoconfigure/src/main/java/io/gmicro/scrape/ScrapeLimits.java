package io.gmicro.scrape;

import java.time.Duration;

/**
 * What a scrape may take of the application that answers it.
 *
 * @param maxConcurrent how many scrapes may run at once, at least 1
 * @param collectTimeout after how long a collector that has not answered is left out
 * @param writeTimeout after how long a client that has not read its answer is cut off
 */
public record ScrapeLimits(int maxConcurrent, Duration collectTimeout, Duration writeTimeout) {
}
