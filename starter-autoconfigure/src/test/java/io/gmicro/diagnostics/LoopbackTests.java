package io.gmicro.diagnostics;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Addresses and names in every spelling.
 */
class LoopbackTests {

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "127.0.0.2", "127.255.255.255", "127.10.200.249", "::1", "0:0:0:0:0:0:0:1",
			"[::1]", "[0:0:0:0:0:0:0:1]", "::ffff:127.0.0.1", "::FFFF:127.0.0.1", "0:0:0:0:0:ffff:127.0.0.1",
			"[::ffff:127.1.2.3]" })
	void addresses(String address) {
		assertThat(Loopback.isAddress(address)).isTrue();
	}

	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { " ", "localhost", "localhost.", "LOCALHOST", "ip6-localhost", "127", "127.1", "127.0.1",
			"127.0.0.1.", "127.0.0.1.1", "127.0.0.256", "127.0.0.999", "127.0.0.01", "0127.0.0.1", "0177.0.0.1",
			"0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001", "127.0.0.1 ", " 127.0.0.1", "127.0.0.1\n",
			"127.0.0.1\u0000", "127.0.0.1:80", "127.0.0.1%lo", "127.0.0.1, 203.0.113.9", "127.0.0.1.example.org",
			"127.0.0.-1", "127..0.1", "\uff11\uff12\uff17.0.0.1", "\u0661\u0662\u0667.0.0.1", "[127.0.0.1]",
			"[127.0.0.1", "0.0.0.0", "128.0.0.1", "10.0.0.1", "192.168.0.1", "169.254.0.1", "203.0.113.9", "unknown",
			"::", ":::1", "::2", "::01", "1::1", "::1::", "::1%lo", "::1%1", "[::1", "::1]", "[[::1]]", "[::1]:80",
			"[::1%lo]", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:127.1", "::ffff:0127.0.0.1", "::ffff:0:127.0.0.1",
			"64:ff9b::127.0.0.1", "2002:7f00:1::", "fe80::1", "fd00::1", "_hidden" })
	void otherAddresses(@Nullable String address) {
		assertThat(Loopback.isAddress(address)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "LOCALHOST", "localhost.", "localhost:8080", "localhost.:8080", "localhost:",
			"app.localhost", "a.b-c.d_e.localhost:80", "127.0.0.1", "127.0.0.1.", "127.0.0.1:80",
			"127.255.255.255:65535", "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]:1", "[::ffff:127.0.0.1]",
			"[::FFFF:127.1.2.3]:8080", "[0:0:0:0:0:ffff:127.0.0.1]" })
	void hosts(String host) {
		assertThat(Loopback.isHost(host)).isTrue();
	}

	/**
	 * {@code [::ffff:7f00:1]} is how browsers write {@code [::ffff:127.0.0.1]}, and they
	 * do not tell from which site they come to it.
	 */
	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { " ", ".", ":80", "localhost..", ".localhost", "..localhost", "a..localhost", "xlocalhost",
			"localhost.example", "localhost.example:80", "example/.localhost", "example,.localhost",
			"example .localhost", "example@localhost", "localhost@example", "localhost:80:80", "localhost:8080x",
			"localhost:123456", "localhost:-1", "localhost,localhost", "localhost\n", "localhost\u0000", " localhost",
			"localhost ", "lo\u0441alhost", "local\u0127ost", "localho\u017ft", "\uff4cocalhost", "localhost\u3002",
			"ip6-localhost", "localhost.localdomain", "localhost%00", "127.1", "2130706433", "0x7f000001", "0177.0.0.1",
			"127.0.0.1..", "127.0.0.1.example", "127.0.0.1.nip.io:8080", "1.0.0.127.in-addr.arpa", "128.0.0.1",
			"0.0.0.0", "10.0.0.1", "[127.0.0.1]", "::1", "[::1", "::1]", "[::1].", "[::1].example", "[::1%lo]", "[::]",
			"[::2]", "[::ffff:10.0.0.1]", "[::ffff:7f00:1]", "[fe80::1]", "[localhost]" })
	void otherHosts(@Nullable String host) {
		assertThat(Loopback.isHost(host)).isFalse();
	}

	@Test
	void longNamesAreNoDanger() {
		assertThat(Loopback.isHost("a.".repeat(126) + "localhost")).isTrue();
		assertThat(Loopback.isHost("a.".repeat(100_000) + "localhost")).isFalse();
		assertThat(Loopback.isHost("a".repeat(200_000) + ".localhost")).isFalse();
		assertThat(Loopback.isHost("localhost:" + "0".repeat(200_000))).isFalse();
	}

}
