package io.gmicro.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * A service of texts that does what its messages say.
 */
final class TestService implements BindableService {

	static final String NAME = "test.Service";

	static final MethodDescriptor<String, String> UNARY = method(NAME + "/Unary", MethodType.UNARY);

	static final MethodDescriptor<String, String> CLIENT = method(NAME + "/Client", MethodType.CLIENT_STREAMING);

	static final MethodDescriptor<String, String> SERVER = method(NAME + "/Server", MethodType.SERVER_STREAMING);

	static final MethodDescriptor<String, String> BIDI = method(NAME + "/Bidi", MethodType.BIDI_STREAMING);

	/** Throws before it has looked at anything. */
	static final MethodDescriptor<String, String> BROKEN = method(NAME + "/Broken", MethodType.UNARY);

	/** Refuses as an interceptor does, by a status that is thrown. */
	static final MethodDescriptor<String, String> REFUSED = method(NAME + "/Refused", MethodType.UNARY);

	/** Throws before it has looked at anything, but only once the client has gone. */
	static final MethodDescriptor<String, String> BROKEN_LATE = method(NAME + "/BrokenLate", MethodType.UNARY);

	static final MethodDescriptor<String, String> TWICE = method(NAME + "/Twice", MethodType.UNARY);

	/** How many calls have been begun, so that tests can wait for one. */
	final AtomicInteger begun = new AtomicInteger();

	/** Opened by tests once a client has been told that it has cancelled its call. */
	final CountDownLatch cancelled = new CountDownLatch(1);

	static MethodDescriptor<String, String> method(String name, MethodType type) {
		return MethodDescriptor.<String, String>newBuilder()
			.setType(type)
			.setFullMethodName(name)
			.setRequestMarshaller(new TextMarshaller())
			.setResponseMarshaller(new TextMarshaller())
			.build();
	}

	@Override
	public ServerServiceDefinition bindService() {
		return ServerServiceDefinition.builder(NAME)
			.addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
			.addMethod(CLIENT, ServerCalls.asyncClientStreamingCall((answers) -> new Requests(answers, false)))
			.addMethod(SERVER, ServerCalls.asyncServerStreamingCall(this::server))
			.addMethod(BIDI, ServerCalls.asyncBidiStreamingCall((answers) -> new Requests(answers, true)))
			.addMethod(BROKEN, (call, headers) -> {
				throw new IllegalStateException("expected by the test");
			})
			.addMethod(REFUSED, (call, headers) -> {
				throw Status.PERMISSION_DENIED.asRuntimeException();
			})
			.addMethod(BROKEN_LATE, (call, headers) -> {
				this.begun.incrementAndGet();
				throw onceCancelled();
			})
			.addMethod(TWICE, new ClosesTwice())
			.build();
	}

	private void unary(String request, StreamObserver<String> answers) {
		this.begun.incrementAndGet();
		switch (request) {
			case "refuse" -> answers.onError(Status.NOT_FOUND.asRuntimeException());
			case "throw" -> throw new IllegalStateException("expected by the test");
			case "throw late" -> throw onceCancelled();
			case "hang" -> {
			}
			case "nothing" -> answers.onCompleted();
			case "too much" -> {
				answers.onNext(request);
				answers.onNext(request);
				answers.onCompleted();
			}
			default -> {
				answers.onNext(request);
				answers.onCompleted();
			}
		}
	}

	/** The service may hear of the client's cancellation before the client does. */
	private RuntimeException onceCancelled() {
		CountDownLatch heard = new CountDownLatch(1);
		Context.current().addListener((context) -> heard.countDown(), Runnable::run);
		try {
			heard.await(20, TimeUnit.SECONDS);
			this.cancelled.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return new IllegalStateException("expected by the test");
	}

	private void server(String request, StreamObserver<String> answers) {
		this.begun.incrementAndGet();
		answers.onNext(request);
		if (!request.equals("hang")) {
			answers.onNext(request);
			answers.onNext(request);
			answers.onCompleted();
		}
	}

	/**
	 * Answers each message, or all of them at once.
	 */
	private static final class Requests implements StreamObserver<String> {

		private final StreamObserver<String> answers;

		private final boolean each;

		Requests(StreamObserver<String> answers, boolean each) {
			this.answers = answers;
			this.each = each;
		}

		@Override
		public void onNext(String request) {
			if (request.equals("throw")) {
				throw new IllegalStateException("expected by the test");
			}
			if (this.each) {
				this.answers.onNext(request);
			}
		}

		@Override
		public void onError(Throwable failure) {
		}

		@Override
		public void onCompleted() {
			if (!this.each) {
				this.answers.onNext("all");
			}
			this.answers.onCompleted();
		}

	}

	/**
	 * Closes a call that it has closed already.
	 */
	private static final class ClosesTwice implements ServerCallHandler<String, String> {

		@Override
		public ServerCall.Listener<String> startCall(ServerCall<String, String> call, Metadata headers) {
			call.request(1);
			return new ServerCall.Listener<>() {

				@Override
				public void onHalfClose() {
					call.sendHeaders(new Metadata());
					call.sendMessage("once");
					call.close(Status.OK, new Metadata());
					call.close(Status.ABORTED, new Metadata());
				}

			};
		}

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
