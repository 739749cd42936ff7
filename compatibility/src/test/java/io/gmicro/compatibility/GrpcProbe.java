package io.gmicro.compatibility;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * A kind of gRPC call, each with a method of its own: what the service does, what the
 * client does, and what both must be recorded with. With a number of messages where that
 * is certain.
 */
enum GrpcProbe {

	UNARY(MethodType.UNARY, Status.Code.OK, 1, 1, unary(GrpcProbe::echo)),

	CLIENT_STREAM(MethodType.CLIENT_STREAMING, Status.Code.OK, 3, 1,
			ServerCalls.asyncClientStreamingCall((answers) -> new Requests(answers, false))),

	SERVER_STREAM(MethodType.SERVER_STREAMING, Status.Code.OK, 1, 3,
			ServerCalls.asyncServerStreamingCall((request, answers) -> {
				answers.onNext(request);
				answers.onNext(request);
				echo(request, answers);
			})),

	BIDI(MethodType.BIDI_STREAMING, Status.Code.OK, 3, 3,
			ServerCalls.asyncBidiStreamingCall((answers) -> new Requests(answers, true))),

	ERROR_STATUS(MethodType.UNARY, Status.Code.NOT_FOUND, 1, 0,
			unary((request, answers) -> answers.onError(Status.NOT_FOUND.asRuntimeException()))),

	EXCEPTION(MethodType.UNARY, Status.Code.UNKNOWN, 1, 0, unary((request, answers) -> {
		throw new IllegalStateException("expected by the test");
	})),

	/** Each generation of Spring gRPC answers in its own way. */
	STATUS_THROWN(MethodType.UNARY, null, 1, 0, unary((request, answers) -> {
		throw Status.FAILED_PRECONDITION.asRuntimeException();
	})),

	EXCEPTION_IN_ON_MESSAGE(MethodType.BIDI_STREAMING, Status.Code.UNKNOWN, -1, 0,
			ServerCalls.asyncBidiStreamingCall((answers) -> new Requests(answers, true) {

				@Override
				public void onNext(String request) {
					throw new IllegalStateException("expected by the test");
				}

			})),

	EXCEPTION_AT_THE_START(MethodType.UNARY, Status.Code.UNKNOWN, -1, 0, (call, headers) -> {
		throw new IllegalStateException("expected by the test");
	}),

	STATUS_THROWN_AT_THE_START(MethodType.UNARY, Status.Code.PERMISSION_DENIED, -1, 0, (call, headers) -> {
		throw Status.PERMISSION_DENIED.asRuntimeException();
	}),

	REFUSED_BY_AN_INTERCEPTOR(MethodType.UNARY, Status.Code.UNAUTHENTICATED, -1, 0, unary(GrpcProbe::echo)),

	/** By an interceptor that asks for the highest precedence. */
	REFUSED_FIRST(MethodType.UNARY, Status.Code.UNAUTHENTICATED, -1, 0, unary(GrpcProbe::echo)),

	DENIED_FIRST(MethodType.UNARY, Status.Code.PERMISSION_DENIED, -1, 0, unary(GrpcProbe::echo)),

	THROWN_FIRST(MethodType.UNARY, Status.Code.UNKNOWN, -1, 0, unary(GrpcProbe::echo)),

	NO_ANSWER(MethodType.UNARY, Status.Code.CANCELLED, 1, 0, unary((request, answers) -> answers.onCompleted())),

	CLOSED_TWICE(MethodType.UNARY, Status.Code.OK, 1, 1, new ClosesTwice()),

	DEADLINE(MethodType.UNARY, Status.Code.DEADLINE_EXCEEDED, 1, 0, unary((request, answers) -> {
	})) {

		@Override
		Status.Code call(ManagedChannel channel) {
			return unary(channel, CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS)).code();
		}

	},

	CANCEL_BEFORE_HEADERS(MethodType.UNARY, Status.Code.CANCELLED, 1, 0,
			unary((request, answers) -> GrpcService.BEGUN.add(request))) {

		@Override
		Status.Code call(ManagedChannel channel) {
			return cancel(channel);
		}

	},

	/** Fails because it was cancelled. */
	EXCEPTION_ONCE_CANCELLED(MethodType.UNARY, Status.Code.CANCELLED, 1, 0, unary((request, answers) -> {
		GrpcService.BEGUN.add(request);
		GrpcService.awaitCancelled(request);
		throw new IllegalStateException("expected by the test");
	})) {

		@Override
		Status.Code call(ManagedChannel channel) {
			Status.Code code = cancel(channel);
			GrpcService.CANCELLED.add(name());
			return code;
		}

	},

	CANCEL_IN_THE_MIDDLE(MethodType.SERVER_STREAMING, Status.Code.CANCELLED, 1, 1,
			ServerCalls.asyncServerStreamingCall((request, answers) -> answers.onNext(request))) {

		@Override
		Status.Code call(ManagedChannel channel) {
			ClientCall<String, String> call = channel.newCall(method(), CallOptions.DEFAULT);
			Answer answer = new Answer();
			ClientCalls.asyncServerStreamingCall(call, name(), answer);
			answer.first.orTimeout(20, TimeUnit.SECONDS).join();
			call.cancel("enough", null);
			return answer.code();
		}

	},

	/** Not part of the service. */
	UNREGISTERED(MethodType.UNARY, Status.Code.UNIMPLEMENTED, -1, 0, unary(GrpcProbe::echo)),

	/** Called on a channel to where no server is. */
	WITHOUT_TRANSPORT(MethodType.UNARY, Status.Code.UNAVAILABLE, -1, 0, unary(GrpcProbe::echo)),

	/** Called last, on a channel that is shut down. */
	AFTER_SHUTDOWN(MethodType.UNARY, Status.Code.UNAVAILABLE, -1, 0, unary(GrpcProbe::echo)) {

		@Override
		Status.Code call(ManagedChannel channel) {
			channel.shutdown();
			return super.call(channel);
		}

	};

	static final List<String> REQUESTS = List.of("one", "two", "three");

	private final MethodType type;

	private final Status.Code code;

	private final int requests;

	private final int answers;

	private final ServerCallHandler<String, String> handler;

	GrpcProbe(MethodType type, Status.Code code, int requests, int answers, ServerCallHandler<String, String> handler) {
		this.type = type;
		this.code = code;
		this.requests = requests;
		this.answers = answers;
		this.handler = handler;
	}

	private static ServerCallHandler<String, String> unary(BiConsumer<String, StreamObserver<String>> service) {
		return ServerCalls.asyncUnaryCall(service::accept);
	}

	private static void echo(String request, StreamObserver<String> answers) {
		answers.onNext(request);
		answers.onCompleted();
	}

	/**
	 * What the client has to get.
	 * @return the code, or {@code null} if it may be any
	 */
	Status.Code expected() {
		return this.code;
	}

	int requests() {
		return this.requests;
	}

	int answers() {
		return this.answers;
	}

	ServerCallHandler<String, String> handler() {
		return this.handler;
	}

	MethodDescriptor<String, String> method() {
		return GrpcService.method(name(), this.type);
	}

	boolean isServed() {
		return this != UNREGISTERED && this != WITHOUT_TRANSPORT && this != AFTER_SHUTDOWN;
	}

	/**
	 * Make the call.
	 * @param channel the channel
	 * @return the code that the client got
	 */
	Status.Code call(ManagedChannel channel) {
		if (this.type.clientSendsOneMessage()) {
			return unary(channel, CallOptions.DEFAULT).code();
		}
		Answer answer = new Answer();
		ClientCall<String, String> call = channel.newCall(method(), CallOptions.DEFAULT);
		StreamObserver<String> sender = (this.type == MethodType.BIDI_STREAMING)
				? ClientCalls.asyncBidiStreamingCall(call, answer) : ClientCalls.asyncClientStreamingCall(call, answer);
		REQUESTS.forEach(sender::onNext);
		sender.onCompleted();
		return answer.code();
	}

	Answer unary(Channel channel, CallOptions options) {
		Answer answer = new Answer();
		ClientCall<String, String> call = channel.newCall(method(), options);
		if (this.type == MethodType.SERVER_STREAMING) {
			ClientCalls.asyncServerStreamingCall(call, name(), answer);
		}
		else {
			ClientCalls.asyncUnaryCall(call, name(), answer);
		}
		return answer;
	}

	Status.Code cancel(ManagedChannel channel) {
		ClientCall<String, String> call = channel.newCall(method(), CallOptions.DEFAULT);
		Answer answer = new Answer();
		ClientCalls.asyncUnaryCall(call, name(), answer);
		GrpcService.awaitBegun(name());
		call.cancel("no longer needed", null);
		return answer.code();
	}

	/**
	 * What the client gets.
	 */
	static final class Answer implements StreamObserver<String> {

		private final CompletableFuture<String> first = new CompletableFuture<>();

		private final CompletableFuture<Status.Code> code = new CompletableFuture<>();

		@Override
		public void onNext(String answer) {
			this.first.complete(answer);
		}

		@Override
		public void onError(Throwable failure) {
			this.code.complete(Status.fromThrowable(failure).getCode());
		}

		@Override
		public void onCompleted() {
			this.code.complete(Status.Code.OK);
		}

		Status.Code code() {
			return this.code.orTimeout(20, TimeUnit.SECONDS).join();
		}

	}

	/**
	 * Answers each message, or all of them at once.
	 */
	private static class Requests implements StreamObserver<String> {

		private final StreamObserver<String> answers;

		private final boolean each;

		Requests(StreamObserver<String> answers, boolean each) {
			this.answers = answers;
			this.each = each;
		}

		@Override
		public void onNext(String request) {
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

}
