package io.gmicro.pprof;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.recorder.SampleLabel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What becomes of parameters, with Go's defaults.
 */
class ProfileQueryTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "0", "-1", "NaN", "Infinity", "1e1", "1.5", "\u0663", "\uff15", "99999999999999999999",
			"-99999999999999999999", "+", "-", "0x10", "1_000", " 1", "1 ", "5\u0000", "5s" })
	void secondsThatAreNoWholeNumberAboveZeroAreTheDefault(String seconds) throws ProfilingException {
		assertThat(query("seconds", seconds).seconds(30)).isEqualTo(30);
	}

	@ParameterizedTest
	@CsvSource({ "1, 1", "+5, 5", "007, 7", "120, 120", "00000000000000000000000000007, 7" })
	void secondsAreWholeNumbers(String seconds, long expected) throws ProfilingException {
		assertThat(query("seconds", seconds).seconds(30)).isEqualTo(expected);
		assertThat(query("seconds", seconds).deltaSeconds()).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "121", "2147483648", "4294967297", "999999999999999999", "1000000000000000000",
			"9223372036854775807" })
	void secondsPastTheLimitAreRefused(String seconds) {
		ProfileQuery query = query("seconds", seconds);
		String message = "profile duration exceeds gmicro.pprof.max-seconds=120";
		assertThatExceptionOfType(ProfilingException.class).isThrownBy(() -> query.seconds(30)).withMessage(message);
		assertThatExceptionOfType(ProfilingException.class).isThrownBy(query::deltaSeconds).withMessage(message);
		assertThatExceptionOfType(ProfilingException.class).isThrownBy(query::traceMillis)
			.withMessage(message)
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(400));
	}

	@ParameterizedTest
	@CsvSource({ "1, 1000", "1.5, 1500", ".25, 250", "2., 2000", "+3, 3000", "120, 120000", "1e1, 10000", "5E-1, 500",
			"0.0001, 1", "'', 1000", "0, 1000", "0.0, 1000", "-1, 1000", "NaN, 1000", "Infinity, 1000", "1e, 1000",
			"1d, 1000", "0x1p3, 1000", "\u0663, 1000", "1;2, 1000" })
	void traceTakesFractions(String seconds, long millis) throws ProfilingException {
		assertThat(query("seconds", seconds).traceMillis()).isEqualTo(millis);
	}

	@ParameterizedTest
	@ValueSource(strings = { "120.001", "1e9", "1e99", "999999999999999999.9" })
	void tracePastTheLimitIsRefused(String seconds) {
		assertThatExceptionOfType(ProfilingException.class).isThrownBy(query("seconds", seconds)::traceMillis)
			.withMessage("profile duration exceeds gmicro.pprof.max-seconds=120");
	}

	@Test
	void labelsAreTakenWhereTheyCanBeHad() throws ProfilingException {
		assertThat(query("labels", "").labels()).isEmpty();
		assertThat(query("labels", "thread,route,,method,owner,").labels())
			.containsExactlyInAnyOrder(SampleLabel.values());
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setQueryString("labels=thread");
		request.setParameter("labels", "thread");
		assertThat(new ProfileQuery(request, settings(false)).labels()).containsExactly(SampleLabel.THREAD);
	}

	@Test
	void whatIsSentAsAFormIsNotRead() throws ProfilingException {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setParameter("debug", "1");
		assertThat(new ProfileQuery(request, settings(true)).debug()).isZero();
	}

	private static ProfileQuery query(String name, String value) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setQueryString(name);
		request.setParameter(name, value);
		return new ProfileQuery(request, settings(true));
	}

	private static PprofSettings settings(boolean requestLabels) {
		return new PprofSettings(120, false, false, requestLabels, -1);
	}

}
