package io.gmicro.sample.greeting;

import io.gmicro.sample.greeting.api.GreeterGrpc.GreeterBlockingStub;
import io.gmicro.sample.greeting.api.GreeterGrpc;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.grpc.client.GrpcChannelFactory;

/**
 * The client of the service. It is made on first use, when the server beside it has
 * started.
 */
@Configuration(proxyBeanMethods = false)
class GreeterConfiguration {

	@Bean
	@Lazy
	GreeterBlockingStub greeter(GrpcChannelFactory channels) {
		return GreeterGrpc.newBlockingStub(channels.createChannel("greeter"));
	}

}
