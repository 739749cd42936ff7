package io.gmicro.autoconfigure;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import io.gmicro.slo.RuleFiles;
import io.gmicro.slo.ServiceLevelObjective;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.context.ApplicationListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Writes the rules of the service level objectives if the command line has the argument
 * {@code --gmicro.rules}. The application then runs with an empty context: it needs its
 * configuration, but no port and no database, and {@code main} returns without
 * {@code System.exit}. Only the command line is considered, so that a stray environment
 * variable does not prevent the start.
 */
final class RulesCommand implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {

	private static final Log logger = LogFactory.getLog(RulesCommand.class);

	private static final String DIRECTORY = "gmicro.rules";

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		ConfigurableEnvironment environment = event.getEnvironment();
		if (new DefaultApplicationArguments(event.getArgs()).containsOption(DIRECTORY)) {
			write(environment);
			SpringApplication application = event.getSpringApplication();
			application.setApplicationContextFactory((type) -> new EmptyContext());
			application.setLogStartupInfo(false);
		}
		else if (StringUtils.hasText(environment.getProperty(DIRECTORY))) {
			logger.warn("Ignoring " + DIRECTORY + "=" + environment.getProperty(DIRECTORY)
					+ ": rules are written by the command-line argument --" + DIRECTORY + " only");
		}
	}

	private static void write(ConfigurableEnvironment environment) {
		GmicroProperties properties = bind(environment);
		SloRoutes.requireAsWritten(environment);
		require(StringUtils.hasText(properties.rules()), DIRECTORY, properties.rules(),
				"It is the directory to write rules into, as in --gmicro.rules=deploy/prometheus.");
		require(properties.metrics().enabled(), "gmicro.metrics.enabled", false, "The rules need the metrics.");
		require(!properties.slo().isEmpty(), DIRECTORY, properties.rules(),
				"There are no rules to write: gmicro.slo declares no objective.");
		String job = StringUtils.hasText(properties.rulesJob()) ? properties.rulesJob()
				: Objects.requireNonNullElse(environment.getProperty("spring.application.name"), "");
		require(StringUtils.hasText(job), "gmicro.rules-job", job,
				"Rules select the job under which Prometheus scrapes the application. Without it, "
						+ "spring.application.name has to be set.");
		try {
			List<Path> files = RuleFiles.write(Path.of(properties.rules()), job, properties.rulesRunbookUrl(),
					labelled(properties, environment));
			logger.info("Wrote " + files.stream().map(Path::toString).collect(Collectors.joining(" and "))
					+ " for the job " + job + ". The application does not start");
		}
		catch (IOException | InvalidPathException ex) {
			throw new InvalidConfigurationPropertyValueException(DIRECTORY, properties.rules(),
					"Rules cannot be written there: " + ex);
		}
	}

	/** The objectives with their routes as labels have them. */
	private static Map<String, ServiceLevelObjective> labelled(GmicroProperties properties, Environment environment) {
		String contextPath = contextPath(properties, environment);
		Map<String, ServiceLevelObjective> labelled = new LinkedHashMap<>();
		properties.slo().forEach((name, slo) -> labelled.put(name, slo.below(contextPath)));
		return labelled;
	}

	/** The context path that route labels are expected to begin with. */
	static String contextPath(GmicroProperties properties, Environment environment) {
		return properties.http().includeContextPath()
				? StringUtils.trimTrailingCharacter(environment.getProperty("server.servlet.context-path", ""), '/')
				: "";
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

	/**
	 * Removes all bean definitions, runners included, and publishes no refreshed event,
	 * on which Spring Boot would keep the JVM alive if configured to.
	 */
	private static final class EmptyContext extends GenericApplicationContext {

		@Override
		public void refresh() {
			for (String name : getBeanDefinitionNames()) {
				removeBeanDefinition(name);
			}
			super.refresh();
		}

		@Override
		protected void invokeBeanFactoryPostProcessors(ConfigurableListableBeanFactory beanFactory) {
		}

		@Override
		protected void finishRefresh() {
		}

	}

}
