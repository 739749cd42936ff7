package io.gmicro.grpc;

import java.util.function.Supplier;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The server's address as clients record it.
 */
class ServerAddressTests {

	@ParameterizedTest
	@CsvSource({ "grpc.io:50051, grpc.io, 50051", "grpc.io, grpc.io, ''", "10.1.2.3:80, 10.1.2.3, 80",
			"[2001:db8::1]:443, 2001:db8::1, 443", "[::1], ::1, ''", "::1, ::1, ''", "localhost:, localhost:, ''",
			"user:secret@host:1, host, 1", "'', '', ''", ":80, :80, ''", "host:123456, host:123456, ''",
			"a:b:c, a:b:c, ''" })
	void authorityIsSplit(String authority, String address, String port) {
		assertThat(ServerAddress.parse(authority)).isEqualTo(new ServerAddress(address, port));
	}

	@Test
	void numberOfPairsIsBounded() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		ServerAddress.Table servers = new ServerAddress.Table(registry);
		for (int i = 0; i < ServerAddress.Table.MAX_PAIRS + 7; i++) {
			servers.find("method" + i % 2, "host" + i + ":80");
		}
		assertThat(servers.find("method0", "host0:80")).isSameAs(servers.find("method0", "host0:80"))
			.isEqualTo(new ServerAddress("host0", "80"));
		assertThat(servers.find("method1", "host0:80")).isEqualTo(new ServerAddress("_OTHER", ""));
		assertThat(registry.get("gmicro.overflow").tag("label", "server_address").counter().count()).isEqualTo(8);
	}

	@Test
	void channelThatDoesNotKnowItsServerHasNone() {
		ServerAddress.Table servers = new ServerAddress.Table(new SimpleMeterRegistry());
		assertThat(servers.find("method", channel(() -> {
			throw new UnsupportedOperationException("planned");
		}))).isSameAs(ServerAddress.NONE);
		assertThat(servers.find("method", channel(() -> "host:1"))).isEqualTo(new ServerAddress("host", "1"));
	}

	private static Channel channel(Supplier<String> authority) {
		return new Channel() {

			@Override
			public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
				throw new UnsupportedOperationException();
			}

			@Override
			public String authority() {
				return authority.get();
			}

		};
	}

}
