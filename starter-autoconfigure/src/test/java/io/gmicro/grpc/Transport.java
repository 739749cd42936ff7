package io.gmicro.grpc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;

/**
 * What carries the calls of the tests.
 */
enum Transport {

	NETTY {

		@Override
		ServerBuilder<?> server() {
			return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		}

		@Override
		ManagedChannelBuilder<?> channel(Server server) throws IOException {
			return NettyChannelBuilder
				.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
				.usePlaintext();
		}

	},

	IN_PROCESS {

		@Override
		ServerBuilder<?> server() {
			return InProcessServerBuilder.forName(InProcessServerBuilder.generateName());
		}

		@Override
		ManagedChannelBuilder<?> channel(Server server) throws IOException {
			return InProcessChannelBuilder.forAddress(server.getListenSockets().get(0));
		}

	};

	abstract ServerBuilder<?> server();

	abstract ManagedChannelBuilder<?> channel(Server server) throws IOException;

}
