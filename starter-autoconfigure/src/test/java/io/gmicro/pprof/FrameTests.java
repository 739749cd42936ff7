package io.gmicro.pprof;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names of classes that are the same in every run.
 */
class FrameTests {

	@ParameterizedTest
	@CsvSource({ "com.example.Shop$$Lambda/0x00007f1c8c0a1a60, com.example.Shop$$Lambda",
			"com.example.Shop$$Lambda$14/0x0000000800c8f0, com.example.Shop$$Lambda",
			"com.example.Shop$$Lambda$14, com.example.Shop$$Lambda",
			"com.example.Shop$$Lambda+0x00007f1c8c0a1a60/1234567, com.example.Shop$$Lambda",
			"com.example.Shop$$Lambda.0x00007f1c8c0a1a60, com.example.Shop$$Lambda",
			"java.lang.invoke.LambdaForm$MH/0x00007f1c8c0a1a60, java.lang.invoke.LambdaForm$MH",
			"java.lang.invoke.LambdaForm$DMH.0x000000080104c400, java.lang.invoke.LambdaForm$DMH",
			"jdk.internal.reflect.GeneratedMethodAccessor57, jdk.internal.reflect.GeneratedMethodAccessor",
			"jdk.internal.reflect.GeneratedConstructorAccessor3, jdk.internal.reflect.GeneratedConstructorAccessor",
			"com.example.Shop$$SpringCGLIB$$FastClass$$0, com.example.Shop$$SpringCGLIB$$FastClass" })
	void numbersOfGeneratedClassesAreTakenAway(String className, String expected) {
		assertThat(Frame.typeName(className)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "com.example.Shop", "com.example.Shop$Shelf", "com.example.Shop$1", "Shop", "a.B2",
			"com.example.Shop$$SpringCGLIB$$0", "com.example.Lambda1", "com.example.x0x1f",
			"com.example.Accessor2.Shop", "" })
	void otherNamesStayAsTheyAre(String className) {
		assertThat(Frame.typeName(className)).isEqualTo(className);
	}

}
