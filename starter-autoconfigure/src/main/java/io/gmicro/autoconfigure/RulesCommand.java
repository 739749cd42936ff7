package io.gmicro.autoconfigure;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import io.gmicro.slo.RuleFiles;
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
import org.springframework.util.StringUtils;

/**
 * With the command-line argument {@code --gmicro.rules} writes the rules of the service
 * level objectives, and lets the run of the application end without any bean: it needs
 * the configuration and nothing else, neither a port nor a database. The property counts
 * nowhere else, so that a stray environment variable ends nothing, and no JVM is ever
 * exited: the run returns a context that is empty, and {@code main} comes to its end.
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
					+ " for the job " + job + ". The application does not start");
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

	/**
	 * Stays without beans whatever is loaded into it, a runner among them, and does not
	 * say that it was refreshed, which would make Spring Boot keep the JVM alive where it
	 * is asked to.
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
