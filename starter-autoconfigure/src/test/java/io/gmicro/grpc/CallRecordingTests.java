package io.gmicro.grpc;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Each call is recorded once on each side, with the code that the client got.
 */
class CallRecordingTests {

	private static final String OK = "OK";

	@ParameterizedTest
	@EnumSource
	void unaryCallIsRecordedWithItsMessages(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			assertThat(ClientCalls.blockingUnaryCall(pair.channel, TestService.UNARY, CallOptions.DEFAULT, "hello"))
				.isEqualTo("hello");
			verify(pair, TestService.UNARY, OK, 1, 1);
		}
	}

	@ParameterizedTest
	@EnumSource
	void clientStreamIsOneCallOfManyMessages(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			assertThat(stream(pair, TestService.CLIENT, "one", "two", "three")).isEqualTo(Status.Code.OK);
			verify(pair, TestService.CLIENT, OK, 3, 1);
		}
	}

	@ParameterizedTest
	@EnumSource
	void serverStreamIsOneCallOfManyMessages(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			Iterator<String> answers = ClientCalls.blockingServerStreamingCall(pair.channel, TestService.SERVER,
					CallOptions.DEFAULT, "hello");
			answers.forEachRemaining((answer) -> assertThat(answer).isEqualTo("hello"));
			verify(pair, TestService.SERVER, OK, 1, 3);
		}
	}

	@ParameterizedTest
	@EnumSource
	void bidirectionalStreamIsOneCallOfManyMessages(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			assertThat(stream(pair, TestService.BIDI, "one", "two", "three")).isEqualTo(Status.Code.OK);
			verify(pair, TestService.BIDI, OK, 3, 3);
		}
	}

	@ParameterizedTest
	@EnumSource
	void errorStatusIsRecorded(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			assertThat(unary(pair, TestService.UNARY, "refuse")).isEqualTo(Status.Code.NOT_FOUND);
			verify(pair, TestService.UNARY, "NOT_FOUND", 1, 0);
		}
	}

	@ParameterizedTest
	@EnumSource
	void exceptionAfterHalfCloseIsRecorded(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			assertThat(unary(pair, TestService.UNARY, "throw")).isEqualTo(Status.Code.UNKNOWN);
			verify(pair, TestService.UNARY, "UNKNOWN", 1, 0);
		}
	}

	@ParameterizedTest
	@EnumSource
	void exceptionInOnMessageIsRecorded(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			assertThat(stream(pair, TestService.BIDI, "throw")).isEqualTo(Status.Code.UNKNOWN);
			verify(pair, TestService.BIDI, "UNKNOWN", 1, 0);
		}
	}

	@ParameterizedTest
	@EnumSource
	void exceptionBeforeHalfCloseIsRecorded(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			assertThat(unary(pair, TestService.BROKEN, "hello")).isEqualTo(Status.Code.UNKNOWN);
			verify(pair, TestService.BROKEN, "UNKNOWN");
		}
	}

	@ParameterizedTest
	@EnumSource
	void statusThatIsThrownBeforeHalfCloseIsRecordedAsTheClientGotIt(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			verify(pair, TestService.REFUSED, unary(pair, TestService.REFUSED, "hello").name());
		}
	}

	@ParameterizedTest
	@EnumSource
	void answerOfAnInterceptorIsRecorded(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport, (builder) -> builder.intercept(new Refusing()))) {
			assertThat(unary(pair, TestService.UNARY, "hello")).isEqualTo(Status.Code.UNAUTHENTICATED);
			verify(pair, TestService.UNARY, "UNAUTHENTICATED");
		}
	}

	@ParameterizedTest
	@MethodSource
	void wrongNumberOfAnswersIsRecordedAsTheClientGotIt(Transport transport, String request) throws Exception {
		try (Pair pair = new Pair(transport)) {
			assertThat(unary(pair, TestService.UNARY, request)).isEqualTo(Status.Code.CANCELLED);
			verify(pair, TestService.UNARY, "CANCELLED");
			assertThat(pair.messages("server", "sent")).isEqualTo(request.equals("nothing") ? 0 : 1);
		}
	}

	static Stream<Arguments> wrongNumberOfAnswersIsRecordedAsTheClientGotIt() {
		return Stream.of(Transport.values())
			.flatMap(
					(transport) -> Stream.of("nothing", "too much").map((request) -> Arguments.of(transport, request)));
	}

	@ParameterizedTest
	@EnumSource
	void callThatIsClosedTwiceIsRecordedOnce(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			assertThat(unary(pair, TestService.TWICE, "hello")).isEqualTo(Status.Code.OK);
			verify(pair, TestService.TWICE, OK, 1, 1);
		}
	}

	/**
	 * A call before it, since a connection that is being made is late with a deadline.
	 */
	@ParameterizedTest
	@EnumSource
	void deadlineIsRecorded(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			assertThat(unary(pair, TestService.UNARY, "hello")).isEqualTo(Status.Code.OK);
			CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS);
			assertThat(unary(pair, TestService.UNARY, "hang", options)).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			verify(pair, Map.of("test.Service/Unary OK", 1, "test.Service/Unary DEADLINE_EXCEEDED", 1));
			assertThat(pair.messages("server", "received")).isEqualTo(2);
			assertThat(pair.messages("server", "sent")).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	void cancelBeforeHeadersIsRecorded(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			Answer answer = new Answer();
			CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS);
			ClientCall<String, String> call = pair.channel.newCall(TestService.UNARY, options);
			ClientCalls.asyncUnaryCall(call, "hang", answer);
			await().untilAsserted(() -> assertThat(pair.service.begun).hasValue(1));
			call.cancel("no longer needed", null);
			assertThat(answer.code()).isEqualTo(Status.Code.CANCELLED);
			verify(pair, TestService.UNARY, "CANCELLED", 1, 0);
		}
	}

	@ParameterizedTest
	@EnumSource
	void cancelInTheMiddleOfAStreamIsRecorded(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			Answer answer = new Answer();
			ClientCall<String, String> call = pair.channel.newCall(TestService.SERVER, CallOptions.DEFAULT);
			ClientCalls.asyncServerStreamingCall(call, "hang", answer);
			answer.first.get(10, TimeUnit.SECONDS);
			call.cancel("enough", null);
			assertThat(answer.code()).isEqualTo(Status.Code.CANCELLED);
			verify(pair, TestService.SERVER, "CANCELLED", 1, 1);
		}
	}

	@ParameterizedTest
	@MethodSource
	void exceptionOnceTheClientHasGoneIsRecordedAsTheClientGotIt(Transport transport,
			MethodDescriptor<String, String> method) throws Exception {
		try (Pair pair = new Pair(transport)) {
			Answer answer = new Answer();
			ClientCall<String, String> call = pair.channel.newCall(method, CallOptions.DEFAULT);
			ClientCalls.asyncUnaryCall(call, "throw late", answer);
			await().untilAsserted(() -> assertThat(pair.service.begun).hasValue(1));
			call.cancel("no longer needed", null);
			assertThat(answer.code()).isEqualTo(Status.Code.CANCELLED);
			pair.service.cancelled.countDown();
			verify(pair, method, "CANCELLED");
		}
	}

	static Stream<Arguments> exceptionOnceTheClientHasGoneIsRecordedAsTheClientGotIt() {
		return Stream.of(Transport.values())
			.flatMap((transport) -> Stream.of(TestService.UNARY, TestService.BROKEN_LATE)
				.map((method) -> Arguments.of(transport, method)));
	}

	@ParameterizedTest
	@EnumSource
	void callOnAChannelThatWasShutDownIsRecordedByTheClientAlone(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			pair.channel.shutdown();
			assertThat(unary(pair, TestService.UNARY, "hello")).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(pair.recorded("client")).isEqualTo(Map.of("test.Service/Unary UNAVAILABLE", 1));
			assertThat(pair.recorded("server")).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void callWithoutAnyTransportIsRecordedByTheClientAlone(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			pair.server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
			assertThat(unary(pair, TestService.UNARY, "hello")).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(pair.recorded("client")).isEqualTo(Map.of("test.Service/Unary UNAVAILABLE", 1));
			assertThat(pair.recorded("server")).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void unregisteredMethodHasTheSharedLabel(Transport transport) throws Exception {
		try (Pair pair = new Pair(transport)) {
			MethodDescriptor<String, String> unknown = TestService.method("test.Service/Nope", MethodType.UNARY);
			assertThat(unary(pair, unknown, "hello")).isEqualTo(Status.Code.UNIMPLEMENTED);
			await()
				.untilAsserted(() -> assertThat(pair.recorded("server")).isEqualTo(Map.of("_OTHER UNIMPLEMENTED", 1)));
			assertThat(pair.recorded("client")).isEqualTo(Map.of("test.Service/Nope UNIMPLEMENTED", 1));
			assertThat(pair.registry.get("gmicro.overflow").tag("label", "rpc_method").counter().count()).isEqualTo(1);
		}
	}

	private static Status.Code unary(Pair pair, MethodDescriptor<String, String> method, String request) {
		return unary(pair, method, request, CallOptions.DEFAULT);
	}

	private static Status.Code unary(Pair pair, MethodDescriptor<String, String> method, String request,
			CallOptions options) {
		Answer answer = new Answer();
		ClientCalls.asyncUnaryCall(pair.channel.newCall(method, options), request, answer);
		return answer.code();
	}

	private static Status.Code stream(Pair pair, MethodDescriptor<String, String> method, String... requests) {
		Answer answer = new Answer();
		ClientCall<String, String> call = pair.channel.newCall(method, CallOptions.DEFAULT);
		StreamObserver<String> sender = (method.getType() == MethodType.BIDI_STREAMING)
				? ClientCalls.asyncBidiStreamingCall(call, answer) : ClientCalls.asyncClientStreamingCall(call, answer);
		List.of(requests).forEach(sender::onNext);
		if (!List.of(requests).contains("throw")) {
			sender.onCompleted();
		}
		return answer.code();
	}

	private static void verify(Pair pair, MethodDescriptor<?, ?> method, String code, int requests, int answers) {
		verify(pair, method, code);
		assertThat(pair.messages("client", "sent")).isEqualTo(requests);
		assertThat(pair.messages("server", "received")).isEqualTo(requests);
		assertThat(pair.messages("server", "sent")).isEqualTo(answers);
		assertThat(pair.messages("client", "received")).isEqualTo(answers);
	}

	private static void verify(Pair pair, MethodDescriptor<?, ?> method, String code) {
		verify(pair, Map.of(method.getFullMethodName() + " " + code, 1));
	}

	private static void verify(Pair pair, Map<String, Integer> expected) {
		await().during(Duration.ofMillis(100)).atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			assertThat(pair.recorded("client")).isEqualTo(expected);
			assertThat(pair.recorded("server")).isEqualTo(expected);
			assertThat(pair.responses("client")).isEqualTo(expected);
			assertThat(pair.responses("server")).isEqualTo(expected);
		});
	}

	/**
	 * Refuses every call without asking the service.
	 */
	private static final class Refusing implements ServerInterceptor {

		@Override
		public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
				ServerCallHandler<Q, A> next) {
			call.close(Status.UNAUTHENTICATED, new Metadata());
			return new ServerCall.Listener<>() {
			};
		}

	}

	/**
	 * What the client gets.
	 */
	private static final class Answer implements StreamObserver<String> {

		final CompletableFuture<String> first = new CompletableFuture<>();

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

}
