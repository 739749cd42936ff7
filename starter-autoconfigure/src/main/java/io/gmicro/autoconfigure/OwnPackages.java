package io.gmicro.autoconfigure;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

import io.gmicro.diagnostics.OwnCode;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * Finds the application's own code: in the packages of its auto-configuration, and in
 * those that it has scanned for components.
 */
final class OwnPackages {

	private OwnPackages() {
	}

	static OwnCode of(ListableBeanFactory beans) {
		Set<String> packages = new LinkedHashSet<>();
		if (AutoConfigurationPackages.has(beans)) {
			packages.addAll(AutoConfigurationPackages.get(beans));
		}
		OwnCode base = new OwnCode(packages);
		for (String name : beans.getBeanDefinitionNames()) {
			// This is early: no factory must be started to learn what it makes
			Class<?> type = (beans.findAnnotationOnBean(name, ComponentScan.class, false) != null)
					? beans.getType(name, false) : null;
			// A library may scan as well
			if (type != null && base.contains(ClassUtils.getUserClass(type).getName())) {
				packages.addAll(scannedBy(ClassUtils.getUserClass(type)));
			}
		}
		return new OwnCode(packages);
	}

	private static Set<String> scannedBy(Class<?> type) {
		Set<String> packages = new LinkedHashSet<>();
		for (ComponentScan scan : AnnotatedElementUtils.findMergedRepeatableAnnotations(type, ComponentScan.class)) {
			packages.addAll(Arrays.asList(scan.basePackages()));
			Arrays.stream(scan.basePackageClasses()).map(Class::getPackageName).forEach(packages::add);
		}
		return packages;
	}

}
