package io.gmicro.jfr;

import java.lang.management.ManagementFactory;

import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Commands of {@code jcmd}, run by the JVM on itself.
 */
public final class DiagnosticCommand {

	private DiagnosticCommand() {
	}

	/**
	 * Run a command.
	 * @param command its name as an operation, as in {@code gcClassHistogram}
	 * @param arguments its arguments
	 * @return what it printed
	 * @throws JMException if this JVM has no such command
	 */
	public static String run(String command, String... arguments) throws JMException {
		return (String) ManagementFactory.getPlatformMBeanServer()
			.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), command, new Object[] { arguments },
					new String[] { String[].class.getName() });
	}

}
