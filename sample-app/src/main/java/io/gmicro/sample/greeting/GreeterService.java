package io.gmicro.sample.greeting;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.gmicro.sample.greeting.api.GreeterGrpc;
import io.gmicro.sample.greeting.api.HelloReply;
import io.gmicro.sample.greeting.api.HelloRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

import org.springframework.stereotype.Service;

/**
 * Greets everybody whose name has a letter in it.
 */
@Service
final class GreeterService extends GreeterGrpc.GreeterImplBase {

	@Override
	public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
		if (request.getName().chars().noneMatch(Character::isLetter)) {
			replies.onError(Status.INVALID_ARGUMENT.withDescription("A name has a letter in it").asRuntimeException());
			return;
		}
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(request.getMillis()));
		replies.onNext(HelloReply.newBuilder().setMessage("Hello, " + request.getName()).build());
		replies.onCompleted();
	}

}
