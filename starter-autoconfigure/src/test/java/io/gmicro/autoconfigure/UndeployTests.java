package io.gmicro.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.gmicro.testing.FileLocks;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import org.apache.catalina.Context;
import org.apache.catalina.WebResourceRoot;
import org.apache.catalina.WebResourceSet;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.loader.WebappLoader;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.DirResourceSet;
import org.apache.catalina.webresources.JarResourceSet;
import org.apache.catalina.webresources.StandardRoot;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application in a container that was there before and outlives it.
 */
@ExtendWith(OutputCaptureExtension.class)
class UndeployTests {

	@TempDir
	private Path directory;

	@Test
	void nothingIsLeftBehind(CapturedOutput output) throws Exception {
		Tomcat tomcat = new Tomcat();
		tomcat.setBaseDir(this.directory.toString());
		tomcat.setHostname("127.0.0.1");
		tomcat.setPort(0);
		tomcat.getConnector().setProperty("address", "127.0.0.1");
		try {
			tomcat.start();
			WeakReference<ClassLoader> loader = deployAndUndeploy(tomcat);
			assertThat(output.getAll()).contains("/shop/metrics")
				.doesNotContain("port null")
				.doesNotContain("but has failed to stop it")
				.doesNotContain("but failed to remove it");
			forgetLastRecord();
			Awaitility.await().untilAsserted(() -> {
				System.gc();
				assertThat(loader.get()).isNull();
			});
			assertThat(lockedDirectories()).isNotEmpty();
		}
		finally {
			tomcat.stop();
			tomcat.destroy();
		}
	}

	/**
	 * The JDK keeps the component types of the record that was compared last, softly
	 * since Java 19: one of another class loader takes the place of the application's.
	 */
	private static void forgetLastRecord() throws Exception {
		URL[] classes = { UndeployTests.class.getProtectionDomain().getCodeSource().getLocation() };
		try (URLClassLoader loader = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
			Class<?> type = loader.loadClass(Last.class.getName());
			Constructor<?> constructor = type.getDeclaredConstructor(type);
			constructor.setAccessible(true);
			Object one = constructor.newInstance((Object) null);
			Object other = constructor.newInstance((Object) null);
			assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).hasToString("Last[last=null]");
		}
	}

	/**
	 * The recorder goes on in one, which other processes must not take for a leftover.
	 */
	private static List<Path> lockedDirectories() throws IOException {
		List<Path> locked = new ArrayList<>();
		try (DirectoryStream<Path> directories = Files.newDirectoryStream(Path.of(System.getProperty("java.io.tmpdir")),
				"gmicro-pprof-" + ProcessHandle.current().pid() + "-*")) {
			for (Path directory : directories) {
				assertThat(FileLocks.holder(directory.resolve("lock"))).as(directory.toString())
					.hasValue(ProcessHandle.current().pid());
				locked.add(directory);
			}
		}
		return locked;
	}

	private WeakReference<ClassLoader> deployAndUndeploy(Tomcat tomcat) throws Exception {
		Context context = context();
		tomcat.getHost().addChild(context);
		assertThat(context.getState().isAvailable()).isTrue();
		WeakReference<ClassLoader> loader = new WeakReference<>(context.getLoader().getClassLoader());
		int port = tomcat.getConnector().getLocalPort();
		HttpClient client = HttpClient.newHttpClient();
		for (String path : List.of("/hello", "/slow", "/failing", "/missing", "/metrics", "/debug/requests",
				"/debug/pprof/mutex", "/debug/pprof/block", "/debug/pprof/allocs?seconds=1&labels=route",
				"/debug/pprof/profile?seconds=1&labels=route", "/debug/pprof/goroutine?virtual=1", "/metrics")) {
			HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/shop" + path))
				.build();
			HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
			assertThat(response.statusCode()).as(path).isIn(200, 400, 404, 500);
		}
		tomcat.getHost().removeChild(context);
		return loader;
	}

	private StandardContext context() throws Exception {
		StandardContext context = new StandardContext();
		context.setName("/shop");
		context.setPath("/shop");
		context.setDocBase(Files.createDirectory(this.directory.resolve("shop")).toString());
		context.addLifecycleListener(new Tomcat.FixContextListener());
		context.setParentClassLoader(getClass().getClassLoader());
		WebappLoader loader = new WebappLoader();
		loader.setDelegate(false);
		context.setLoader(loader);
		StandardRoot resources = new StandardRoot(context);
		String classPath = Objects.requireNonNullElseGet(System.getProperty("surefire.test.class.path"),
				() -> System.getProperty("java.class.path"));
		Stream.of(classPath.split(File.pathSeparator))
			.map(Path::of)
			.filter(Files::exists)
			.forEach((path) -> resources.addPreResources(resources(resources, path)));
		context.setResources(resources);
		context.addServletContainerInitializer(new Initializer(), null);
		return context;
	}

	private static WebResourceSet resources(WebResourceRoot root, Path path) {
		return Files.isDirectory(path) ? new DirResourceSet(root, "/WEB-INF/classes", path.toString(), "/")
				: new JarResourceSet(root, "/WEB-INF/classes", path.toString(), "/");
	}

	/**
	 * Starts the application with the classes that it brings.
	 */
	private static final class Initializer implements ServletContainerInitializer {

		@Override
		public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) throws ServletException {
			try {
				Class<?> application = Class.forName(Shop.class.getName(), true, context.getClassLoader());
				assertThat(application).isNotSameAs(Shop.class);
				application.getMethod("onStartup", ServletContext.class)
					.invoke(application.getConstructor().newInstance(), context);
			}
			catch (ReflectiveOperationException ex) {
				throw new ServletException(ex);
			}
		}

	}

	private record Last(@Nullable Last last) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@RestController
	public static class Shop extends SpringBootServletInitializer {

		@Override
		protected SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
			return builder.sources(Shop.class)
				.properties("gmicro.metrics.enabled=true", "gmicro.pprof.enabled=true",
						"gmicro.http.slow-requests.enabled=true", "gmicro.http.slow-requests.threshold=20ms",
						"gmicro.http.unique-clients.enabled=true", "gmicro.http.cost.enabled=true",
						"gmicro.diagnostics.access=unrestricted");
		}

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping("/slow")
		String slow() throws InterruptedException {
			Thread.sleep(100);
			return "slow";
		}

		@GetMapping("/failing")
		String failing() {
			throw new IllegalStateException("failing");
		}

	}

}
