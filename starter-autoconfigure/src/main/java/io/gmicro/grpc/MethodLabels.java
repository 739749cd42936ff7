package io.gmicro.grpc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.gmicro.meter.Overflow;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The bounded method labels. Once the methods of a server are known, only they have
 * labels. Until then, and for clients, the first {@value #MAX_METHODS} methods have
 * labels. Thread-safe.
 */
final class MethodLabels {

	static final int MAX_METHODS = 1000;

	private static final Log logger = LogFactory.getLog(MethodLabels.class);

	private final Map<String, String> labels = new ConcurrentHashMap<>();

	private final Set<String> excludedServices;

	private final Counter overflow;

	private volatile boolean closed;

	MethodLabels(Collection<String> excludedServices, MeterRegistry registry) {
		this.excludedServices = Set.copyOf(excludedServices);
		this.overflow = Overflow.counter(registry, "rpc_method");
	}

	/**
	 * The label of a method.
	 * @param method the method that is called
	 * @return the label, or {@code null} if calls of its service are not recorded
	 */
	@Nullable String of(MethodDescriptor<?, ?> method) {
		String service = method.getServiceName();
		if (service != null && this.excludedServices.contains(service)) {
			return null;
		}
		String label = this.labels.get(method.getFullMethodName());
		return (label != null) ? label : add(method.getFullMethodName());
	}

	/**
	 * Whether a client has called a method that the server does not have.
	 * @param method the method name that the client sent
	 * @return {@code true} for a name that is neither registered nor of an excluded
	 * service; {@code false} until the registered methods are known
	 */
	boolean isUnregistered(String method) {
		if (!this.closed || this.labels.containsKey(method)) {
			return false;
		}
		String service = MethodDescriptor.extractFullServiceName(method);
		return service == null || !this.excludedServices.contains(service);
	}

	/**
	 * The label of a call that no interceptor has seen. A name sent by a client does not
	 * become a label.
	 * @param method the method name that the client sent
	 * @return the label, or {@code null} if calls of its service are not recorded
	 */
	@Nullable String ofName(String method) {
		String label = this.labels.get(method);
		if (label != null) {
			return label;
		}
		String service = MethodDescriptor.extractFullServiceName(method);
		return (service != null && this.excludedServices.contains(service)) ? null : other();
	}

	String other() {
		this.overflow.increment();
		return Call.OTHER;
	}

	/**
	 * Registers methods. From now on only registered methods have labels.
	 * @param services further services of the server
	 * @return the labels of their methods
	 */
	List<String> register(Collection<ServerServiceDefinition> services) {
		List<String> registered = new ArrayList<>();
		for (ServerServiceDefinition service : services) {
			if (!this.excludedServices.contains(service.getServiceDescriptor().getName())) {
				for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
					String name = method.getMethodDescriptor().getFullMethodName();
					this.labels.putIfAbsent(name, name);
					registered.add(name);
				}
			}
		}
		this.closed = true;
		return registered;
	}

	private synchronized String add(String method) {
		String label = this.labels.get(method);
		if (label != null) {
			return label;
		}
		if (this.closed) {
			return other();
		}
		if (this.labels.size() < MAX_METHODS) {
			this.labels.put(method, method);
			return method;
		}
		this.closed = true;
		logger.warn("More than " + MAX_METHODS + " gRPC methods: further ones are recorded as " + Call.OTHER
				+ " and counted in gmicro_overflow_total");
		return other();
	}

}
