package io.gmicro.sampling;

import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.gmicro.grpc.CallMetrics;
import io.gmicro.http.RequestDuration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * The sum of the time by activity and the exact durations.
 */
class CalibrationTests {

	private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(20);

	private static final int LOOKS_PER_COMPARISON = 250;

	private final Random random = new Random(1);

	private double exact;

	private double recorded;

	private double missing;

	/**
	 * Looks that find a request in flight with another probability than the true one.
	 * @param inFlight the part of the time in which a request is in flight
	 * @param seen the part of the looks that see it
	 */
	@ParameterizedTest
	@CsvSource({ "0.9,0.9", "0.9,0.85", "0.9,0.93", "0.04,0.04", "0.04,0.03", "0.01,0.01" })
	void sumFollowsTheExactTime(double inFlight, double seen) {
		Calibration calibration = new Calibration();
		run(calibration, 360, inFlight, seen);
		assertThat(this.recorded / this.exact).isCloseTo(1, within((inFlight > 0.1) ? 0.005 : 0.05));
		double bias = Math.max(1 - seen / inFlight, 0);
		assertThat(this.missing / this.exact).as("not sampled").isBetween(bias / 2, bias + 0.12);
	}

	@Test
	void excessForAnotherReasonIsNotWithheldForever() {
		Calibration calibration = new Calibration();
		for (int i = 0; i < 1000; i++) {
			calibration.add(LOOK);
		}
		calibration.compare(0);
		calibration.compare(0);
		run(calibration, 24, 0.9, 0.9);
		assertThat(this.recorded / this.exact).isCloseTo(1, within(0.03));
	}

	@Test
	void allThatLooksHaveMissedIsRecordedInTheEnd() {
		Calibration calibration = new Calibration();
		long sum = 0;
		for (int i = 0; i < 120; i++) {
			sum += calibration.compare(1e9);
		}
		assertThat(sum).isCloseTo(1_000_000_000L, within(1000L));
	}

	private void run(Calibration calibration, int comparisons, double inFlight, double seen) {
		double before = this.exact;
		for (int comparison = 0; comparison < comparisons; comparison++) {
			for (int look = 0; look < LOOKS_PER_COMPARISON; look++) {
				this.exact += inFlight * LOOK;
				this.recorded += (this.random.nextDouble() < seen) ? calibration.add(LOOK) : 0;
			}
			long added = calibration.compare(this.exact - before);
			this.recorded += added;
			this.missing += added;
		}
	}

	@Test
	void totalsAreThoseOfTheHistogramsFromNowOn() {
		MeterRegistry registry = new SimpleMeterRegistry();
		Timer before = timer(registry, RequestDuration.NAME, "http.route", "/orders", "200");
		before.record(1, TimeUnit.SECONDS);
		DurationTotals totals = new DurationTotals(registry);
		assertThat(totals.ofRequests("/orders")).hasValue(0);
		before.record(2, TimeUnit.SECONDS);
		timer(registry, RequestDuration.NAME, "http.route", "/orders", "500").record(3, TimeUnit.SECONDS);
		timer(registry, RequestDuration.NAME, "http.route", "/other", "200").record(4, TimeUnit.SECONDS);
		timer(registry, "http.client.request.duration", "http.route", "/orders", "200").record(5, TimeUnit.SECONDS);
		timer(registry, CallMetrics.SERVER_DURATION, "rpc.method", "shop.Orders/Get", "OK").record(6, TimeUnit.SECONDS);
		assertThat(totals.ofRequests("/orders")).hasValue(5e9);
		assertThat(totals.ofRequests("/other")).hasValue(4e9);
		assertThat(totals.ofRequests("/none")).isEmpty();
		assertThat(totals.ofCalls("shop.Orders/Get")).hasValue(6e9);
	}

	private static Timer timer(MeterRegistry registry, String name, String label, String value, String status) {
		return Timer.builder(name).tag(label, value).tag("status", status).register(registry);
	}

}
