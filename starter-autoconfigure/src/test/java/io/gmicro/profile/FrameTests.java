package io.gmicro.profile;

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
			"jdk.internal.reflect.GeneratedSerializationConstructorAccessor9, jdk.internal.reflect.GeneratedSerializationConstructorAccessor",
			"sun.reflect.GeneratedMethodAccessor12, sun.reflect.GeneratedMethodAccessor",
			"com.example.Shop$Shelf$$Lambda/0x00007f1c8c0a1a60, com.example.Shop$Shelf$$Lambda",
			"java.lang.invoke.LambdaForm$MH.0x00007f1c8c0a1a60/42, java.lang.invoke.LambdaForm$MH",
			"com.example.Shop$$InjectedInvoker/0x000000080104c400, com.example.Shop$$InjectedInvoker",
			"jdk.proxy2.$Proxy87, jdk.proxy.$Proxy", "com.sun.proxy.$Proxy12, com.sun.proxy.$Proxy",
			"com.example.$Proxy12, com.example.$Proxy", "$Proxy3, $Proxy",
			"jdk.MHProxy4.Runnable$MHProxy, jdk.MHProxy.Runnable$MHProxy",
			"com.example.Shop$$SpringCGLIB$$0, com.example.Shop$$SpringCGLIB",
			"com.example.Shop$$SpringCGLIB$$FastClass$$0, com.example.Shop$$SpringCGLIB$$FastClass",
			"com.example.Shop$$EnhancerBySpringCGLIB$$3f2a1b, com.example.Shop$$EnhancerBySpringCGLIB",
			"com.example.Shop$$EnhancerByCGLIB$$3f2a1b_2, com.example.Shop$$EnhancerByCGLIB",
			"com.example.Shop$$EnhancerByGuice$$1234567, com.example.Shop$$EnhancerByGuice",
			"com.example.Shop$$EnhancerBySpringCGLIB$$3f2a1b$$FastClassBySpringCGLIB$$ab12, "
					+ "com.example.Shop$$EnhancerBySpringCGLIB$$FastClassBySpringCGLIB",
			"com.example.Order$HibernateProxy$Nq0X3fE2, com.example.Order$HibernateProxy",
			"com.example.Order$HibernateBasicProxy$Nq0X3fE2, com.example.Order$HibernateBasicProxy",
			"com.example.Order$ByteBuddy$x8aB12cd, com.example.Order$ByteBuddy",
			"com.example.Order$ByteBuddy$x8aB12cd$auxiliary$Zz01Yy23, com.example.Order$ByteBuddy$auxiliary",
			"com.example.Order$auxiliary$Zz01Yy23, com.example.Order$auxiliary",
			"com.example.Order$MockitoMock$1234567, com.example.Order$MockitoMock",
			"com.example.Order_$$_jvst3e_0, com.example.Order_$$_jvst",
			"com.example.Order_$$_javassist_12, com.example.Order_$$_javassist",
			"com.example.Order$Access4JacksonSerializer0a1b2c3d, com.example.Order$Access4JacksonSerializer",
			"com.example.Order__Accessor_1x2y3z, com.example.Order__Accessor",
			"com.example.Order_Instantiator_1x2y3z, com.example.Order_Instantiator", "spel.Ex14, spel.Ex" })
	void numbersOfGeneratedClassesAreTakenAway(String className, String expected) {
		assertThat(Frame.typeName(className)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "com.example.Shop", "com.example.Shop$Shelf", "com.example.Shop$1", "Shop", "a.B2",
			"com.example.OrderAccessor2", "com.example.GeneratedMethodAccessor7", "com.example.EntityAccess1",
			"com.example.Order$2", "com.example.Order$Item$3", "com.example.Shop$$Lambda", "com.example.Proxy7",
			"com.example.MyProxy12", "com.example.Order$Proxy$_$$_WeldProxy", "com.example.Order_$$_WeldClientProxy",
			"com.example.Build$_run_closure1$_closure2", "com.example.ShopKt$sort$$inlined$sortedBy$1",
			"com.example.Shop$$serializer", "com.example.Shop$$anonfun$1", "com.example.Shop$$special$$inlined$map$1",
			"com.example.Shop$find$2$invokeSuspend$$inlined$map$1", "com.example.Module$Companion$3",
			"java.lang.invoke.BoundMethodHandle$Species_LLI", "java.lang.invoke.DirectMethodHandle$Holder",
			"com.example.HibernateProxy2", "com.example.ByteBuddy1", "com.example.spel.Ex1", "com.example.Lambda1",
			"com.example.x0x1f", "com.example.Accessor2.Shop", "" })
	void otherNamesStayAsTheyAre(String className) {
		assertThat(Frame.typeName(className)).isEqualTo(className);
	}

}
