package io.gmicro.benchmarks;

import org.springframework.mock.web.MockHttpServletResponse;

/**
 * A response that tells what it has written as Tomcat's does. Public, since it is asked
 * through a method handle.
 */
public final class LightResponse extends MockHttpServletResponse {

	/**
	 * The size of the body.
	 * @return the same size always
	 */
	public long getContentWritten() {
		return 420;
	}

	/**
	 * Whether an error was sent.
	 * @return never
	 */
	public boolean isFinished() {
		return false;
	}

}
