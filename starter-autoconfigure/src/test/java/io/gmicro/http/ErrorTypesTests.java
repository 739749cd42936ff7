package io.gmicro.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.util.HashSet;
import java.util.Set;

import io.gmicro.http.LabelRules.ErrorType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.ServletException;
import net.bytebuddy.ByteBuddy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code error_type} says, and that it stays bounded whatever is thrown.
 */
class ErrorTypesTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final ErrorTypes byStatus = new ErrorTypes(ErrorType.STATUS_CODE, this.registry);

	private final ErrorTypes byException = new ErrorTypes(ErrorType.EXCEPTION, this.registry);

	@Test
	void requestThatDidNotFailHasNone() {
		for (int status : new int[] { 100, 200, 204, 302, 404, 429, 600, 0, -1 }) {
			assertThat(label(this.byStatus, status, false, null)).isEmpty();
			assertThat(label(this.byException, status, false, new IOException())).isEmpty();
		}
	}

	@Test
	void serverErrorHasStatusCodeOrException() {
		assertThat(label(this.byStatus, 500, false, new IOException())).isEqualTo("500");
		assertThat(label(this.byException, 500, false, new IOException())).isEqualTo("java.io.IOException");
		assertThat(label(this.byException, 503, false, null)).isEqualTo("503");
	}

	@Test
	void clientThatWentAwayHasStatusCode() {
		assertThat(label(this.byStatus, 499, false, new IOException())).isEqualTo("499");
		assertThat(label(this.byException, 499, false, new IOException())).isEqualTo("499");
	}

	@Test
	void brokenResponseHasExceptionAsItsStatusIsNoError() {
		assertThat(label(this.byStatus, 200, true, new IOException())).isEqualTo("java.io.IOException");
		assertThat(label(this.byStatus, 200, true, null)).isEqualTo("_OTHER");
		assertThat(label(this.byStatus, 500, true, new IOException())).isEqualTo("500");
	}

	@Test
	void wrapperOfSpringIsNotTheError() {
		assertThat(label(this.byException, 500, false, new ServletException("wrapped", new IllegalStateException())))
			.isEqualTo("java.lang.IllegalStateException");
		assertThat(label(this.byException, 500, false, new ServletException("bare")))
			.isEqualTo("jakarta.servlet.ServletException");
	}

	@Test
	void generatedClassesHaveTheNameOfTheirSuperclass() throws Exception {
		assertThat(label(this.byException, 500, false, hidden())).isEqualTo("java.lang.IllegalStateException");
		assertThat(label(this.byException, 500, false, named("a.Failed$$SpringCGLIB$$7")))
			.isEqualTo("java.lang.IllegalStateException");
		assertThat(label(this.byException, 500, false, named("a." + "b".repeat(300))))
			.isEqualTo("java.lang.IllegalStateException");
	}

	@Test
	void numberOfClassesIsBounded() throws Exception {
		Set<String> labels = new HashSet<>();
		Set<Integer> indexes = new HashSet<>();
		int classes = ErrorTypes.MAX_CLASSES + 20;
		for (int i = 0; i < classes; i++) {
			ErrorTypes.Value value = this.byException.of(500, false, named("generated.Failure" + i));
			labels.add(value.label("500"));
			indexes.add(value.index());
		}
		assertThat(labels).hasSize(ErrorTypes.MAX_CLASSES + 1).contains("_OTHER", "generated.Failure0");
		assertThat(indexes).hasSameSizeAs(labels)
			.allSatisfy((index) -> assertThat(index).isBetween(0, ErrorTypes.COUNT - 1));
		assertThat(this.registry.get("gmicro.overflow").tag("label", "error_type").counter().count()).isEqualTo(20);
		assertThat(label(this.byException, 500, false, named("generated.Failure0"))).isEqualTo("generated.Failure0");
	}

	private static String label(ErrorTypes types, int status, boolean aborted, @Nullable Throwable failure) {
		return types.of(status, aborted, failure).label(Integer.toString(status));
	}

	private static Throwable named(String name) throws Exception {
		return new ByteBuddy().subclass(IllegalStateException.class).name(name).make().load(new ClassLoader(null) {
		}).getLoaded().getConstructor().newInstance();
	}

	private static Throwable hidden() throws Exception {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		bytes.writeBytes(new ByteBuddy().subclass(IllegalStateException.class)
			.name(ErrorTypesTests.class.getPackageName() + ".Hidden")
			.make()
			.getBytes());
		return (Throwable) MethodHandles.lookup()
			.defineHiddenClass(bytes.toByteArray(), true)
			.lookupClass()
			.getConstructor()
			.newInstance();
	}

}
