package io.gmicro.autoconfigure;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

import io.gmicro.slo.RuleFiles;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.StringUtils;

/**
 * With {@code gmicro.rules} writes the rules of the service level objectives and ends the
 * process, before there is any bean: it needs the configuration and nothing else, neither
 * a port nor a database.
 */
final class RulesCommand implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final Log logger = LogFactory.getLog(RulesCommand.class);

	private static final String DIRECTORY = "gmicro.rules";

	private final IntConsumer exit;

	RulesCommand() {
		this(System::exit);
	}

	RulesCommand(IntConsumer exit) {
		this.exit = exit;
	}

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		if (StringUtils.hasText(context.getEnvironment().getProperty(DIRECTORY))) {
			write(context.getEnvironment());
			this.exit.accept(0);
		}
	}

	private static void write(ConfigurableEnvironment environment) {
		GmicroProperties properties = bind(environment);
		SloRoutes.requireAsWritten(environment);
		require(properties.metrics().enabled(), "gmicro.metrics.enabled", false,
				"Without metrics there is nothing that rules could be for.");
		require(!properties.slo().isEmpty(), DIRECTORY, properties.rules(),
				"There are no rules to write: gmicro.slo has no objective.");
		String job = StringUtils.hasText(properties.rulesJob()) ? properties.rulesJob()
				: Objects.requireNonNullElse(environment.getProperty("spring.application.name"), "");
		require(StringUtils.hasText(job), "gmicro.rules-job", job,
				"Rules select the job under which Prometheus scrapes the application. Without it, "
						+ "spring.application.name has to be set.");
		try {
			List<Path> files = RuleFiles.write(Path.of(properties.rules()), job, properties.rulesRunbookUrl(),
					properties.slo());
			logger.info("Wrote " + files.stream().map(Path::toString).collect(Collectors.joining(" and "))
					+ " for the job " + job);
		}
		catch (IOException | InvalidPathException ex) {
			throw new InvalidConfigurationPropertyValueException(DIRECTORY, properties.rules(),
					"Rules cannot be written there: " + ex);
		}
	}

	private static GmicroProperties bind(ConfigurableEnvironment environment) {
		return Binder.get(environment)
			.bindOrCreate("gmicro", Bindable.of(GmicroProperties.class),
					new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter()));
	}

	private static void require(boolean valid, String property, Object value, String reason) {
		if (!valid) {
			throw new InvalidConfigurationPropertyValueException(property, value, reason);
		}
	}

}
