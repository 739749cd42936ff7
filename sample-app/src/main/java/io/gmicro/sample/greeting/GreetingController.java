package io.gmicro.sample.greeting;

import io.gmicro.sample.greeting.api.GreeterGrpc.GreeterBlockingStub;
import io.gmicro.sample.greeting.api.HelloRequest;
import io.grpc.StatusRuntimeException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Answers with what the gRPC service says.
 */
@RestController
final class GreetingController {

	private final ObjectProvider<GreeterBlockingStub> greeter;

	GreetingController(ObjectProvider<GreeterBlockingStub> greeter) {
		this.greeter = greeter;
	}

	@GetMapping("/greet/{name}")
	String greet(@PathVariable String name, @RequestParam(defaultValue = "0") @Min(0) @Max(60_000) int millis) {
		HelloRequest request = HelloRequest.newBuilder().setName(name).setMillis(millis).build();
		return this.greeter.getObject().sayHello(request).getMessage() + "\n";
	}

	@ExceptionHandler
	ProblemDetail failed(StatusRuntimeException failure) {
		HttpStatus status = switch (failure.getStatus().getCode()) {
			case INVALID_ARGUMENT -> HttpStatus.BAD_REQUEST;
			case DEADLINE_EXCEEDED -> HttpStatus.GATEWAY_TIMEOUT;
			case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
			default -> HttpStatus.BAD_GATEWAY;
		};
		return ProblemDetail.forStatus(status);
	}

}
