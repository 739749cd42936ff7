package io.gmicro.autoconfigure;

import org.springframework.boot.test.system.CapturedOutput;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The message with which Spring Boot explains why an application did not start.
 */
final class StartFailure {

	private static final String HEADING = "APPLICATION FAILED TO START";

	private StartFailure() {
	}

	/** The message, which has no stack trace. */
	static String message(CapturedOutput output) {
		assertThat(output.getOut()).contains(HEADING);
		String message = output.getOut().substring(output.getOut().indexOf(HEADING));
		assertThat(message).doesNotContain("\tat ");
		return message;
	}

}
