package io.gmicro.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Reads Kubernetes' manifests of the repository into the types of the Kubernetes API, as
 * strictly as its server does: a field that there is not, or of another type, is an
 * error.
 */
final class Manifests {

	static final Path DIRECTORY = Path.of("../deploy/kubernetes");

	private static final ObjectMapper mapper = new ObjectMapper()
		.setAnnotationIntrospector(new JacksonAnnotationIntrospector() {

			/** The types would keep whatever they do not know. */
			@Override
			public Boolean hasAnySetter(Annotated annotated) {
				return false;
			}

		})
		.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

	private Manifests() {
	}

	static <T> T read(String file, Class<T> type) throws IOException {
		return parse(Files.readString(DIRECTORY.resolve(file)), type);
	}

	/** What the Deployment sets for the application. */
	static Map<String, String> environment() throws IOException {
		Container container = read("deployment.yaml", Deployment.class).getSpec()
			.getTemplate()
			.getSpec()
			.getContainers()
			.get(0);
		return container.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
	}

	static <T> T parse(String manifest, Class<T> type) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		return mapper.convertValue(new Yaml(options).load(manifest), type);
	}

}
