package io.gmicro.compatibility;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A service with a method for each kind of call.
 */
final class GrpcService implements BindableService {

	static final String NAME = "compatibility.Calls";

	static final BlockingQueue<String> BEGUN = new LinkedBlockingQueue<>();

	static final BlockingQueue<String> CANCELLED = new LinkedBlockingQueue<>();

	static void awaitBegun(String request) {
		try {
			assertThat(BEGUN.poll(20, TimeUnit.SECONDS)).isEqualTo(request);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The service may hear of the client's cancellation before the client does. */
	static void awaitCancelled(String request) {
		CountDownLatch cancelled = new CountDownLatch(1);
		Context.current().addListener((context) -> cancelled.countDown(), Runnable::run);
		try {
			assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();
			assertThat(CANCELLED.poll(20, TimeUnit.SECONDS)).isEqualTo(request);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static MethodDescriptor<String, String> method(String name, MethodType type) {
		return MethodDescriptor.<String, String>newBuilder()
			.setType(type)
			.setFullMethodName(NAME + "/" + name)
			.setRequestMarshaller(new TextMarshaller())
			.setResponseMarshaller(new TextMarshaller())
			.build();
	}

	@Override
	public ServerServiceDefinition bindService() {
		ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(NAME);
		for (GrpcProbe probe : GrpcProbe.values()) {
			if (probe != GrpcProbe.UNREGISTERED) {
				service.addMethod(probe.method(), probe.handler());
			}
		}
		return service.build();
	}

	/**
	 * Texts as UTF-8.
	 */
	private static final class TextMarshaller implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String value) {
			return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public String parse(InputStream stream) {
			try {
				return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
