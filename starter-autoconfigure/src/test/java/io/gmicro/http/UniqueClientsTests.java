package io.gmicro.http;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import com.dynatrace.hash4j.distinctcount.HyperLogLog;
import com.dynatrace.hash4j.hashing.Hashing;
import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * How exact the estimate is, and what it costs.
 */
class UniqueClientsTests {

	private static final int MILLION = 1_000_000;

	/** The standard error of 65536 groups, 1.04 / 256. */
	private static final double STANDARD_ERROR = 0.00406;

	private final UniqueClients clients = new UniqueClients(1, 2, 3);

	@Test
	void fiveMillionAddressesInFixedMemory() {
		Address address = new Address();
		for (int client = 0; client < MILLION / 10; client++) {
			this.clients.add(address.of(client));
		}
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		for (int client = MILLION / 10; client < 5 * MILLION; client++) {
			this.clients.add(address.of(client));
		}
		long allocated = threads.getCurrentThreadAllocatedBytes() - before;
		assertThat((double) allocated / (5 * MILLION)).as("bytes an address").isLessThan(0.1);
		assertThat(this.clients.count() / (5.0 * MILLION)).isCloseTo(1, within(2 * STANDARD_ERROR));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 10, 100, 1000, 10_000, 100_000, MILLION })
	void everySizeIsWithinThreeStandardErrors(int size) {
		Address address = new Address();
		for (int client = 0; client < size; client++) {
			this.clients.add(address.of(client));
		}
		assertThat((double) this.clients.count()).isCloseTo(size, within(1 + 3 * STANDARD_ERROR * size));
	}

	@Test
	void sameAddressIsCountedOnce() {
		for (int request = 0; request < 1000; request++) {
			this.clients.add("192.0.2." + request % 3);
		}
		assertThat(this.clients.count()).isEqualTo(3);
	}

	@Test
	void neverFalls() {
		long last = 0;
		Address address = new Address();
		for (int client = 0; client < 2000; client++) {
			this.clients.add(address.of(client));
			long count = this.clients.count();
			assertThat(count).isGreaterThanOrEqualTo(last);
			last = count;
		}
	}

	@Test
	void holdsWhatTheLibrarysSketchHolds() {
		HyperLogLog sketch = HyperLogLog.create(16);
		Address address = new Address();
		for (int client = 0; client < 300_000; client++) {
			this.clients.add(address.of(client));
			sketch.add(Hashing.polymurHash2_0(1, 2, 3).hashCharsToLong(address));
		}
		assertThat(this.clients.count()).isEqualTo(Math.round(sketch.getDistinctCountEstimate()));
	}

	@Test
	void nothingIsLostBetweenThreads() throws Exception {
		int threads = 4;
		int addresses = 400_000;
		UniqueClients shared = new UniqueClients(1, 2, 3);
		CyclicBarrier start = new CyclicBarrier(threads);
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (Future<?> done : IntStream.range(0, threads).mapToObj((thread) -> executor.submit(() -> {
				Address address = new Address();
				start.await();
				for (int client = thread; client < addresses; client += threads) {
					shared.add(address.of(client));
				}
				return null;
			})).toList()) {
				done.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
		Address address = new Address();
		for (int client = 0; client < addresses; client++) {
			this.clients.add(address.of(client));
		}
		assertThat(shared.count()).isEqualTo(this.clients.count());
	}

	@Test
	void everyProcessHashesWithItsOwnKey() {
		UniqueClients first = new UniqueClients();
		UniqueClients second = new UniqueClients();
		Address address = new Address();
		for (int client = 0; client < 100_000; client++) {
			first.add(address.of(client));
			second.add(address.of(client));
		}
		assertThat(first.count()).isNotEqualTo(second.count());
	}

	@Test
	@SuppressWarnings("NullAway")
	void withoutAnAddressNobodyIsCounted() {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setRemoteAddr(null);
		this.clients.onStart(Requests.exchange("BREW"), request);
		assertThat(this.clients.count()).isZero();
	}

	/** The text of an address, written over again and again. */
	private static final class Address implements CharSequence {

		private final char[] characters = new char[15];

		private int length;

		/** Spread over all that there are: multiplying by an odd number loses none. */
		Address of(int client) {
			int address = client * 0x9E3779B1;
			this.length = 0;
			for (int shift = 24; shift >= 0; shift -= 8) {
				int part = (address >>> shift) & 0xFF;
				if (part >= 100) {
					this.characters[this.length++] = (char) ('0' + part / 100);
				}
				if (part >= 10) {
					this.characters[this.length++] = (char) ('0' + part / 10 % 10);
				}
				this.characters[this.length++] = (char) ('0' + part % 10);
				if (shift > 0) {
					this.characters[this.length++] = '.';
				}
			}
			return this;
		}

		@Override
		public int length() {
			return this.length;
		}

		@Override
		public char charAt(int index) {
			return this.characters[index];
		}

		@Override
		public CharSequence subSequence(int start, int end) {
			return toString().substring(start, end);
		}

		@Override
		public String toString() {
			return new String(this.characters, 0, this.length);
		}

	}

}
