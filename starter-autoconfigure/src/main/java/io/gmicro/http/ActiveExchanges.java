package io.gmicro.http;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges that are being served, for threads that look at them from outside.
 * Entering and leaving is one atomic write each, without a lock and without allocating:
 * an exchange takes a free slot near the one that its thread hashes to. Where
 * {@value #PROBES} slots in a row are taken, it stays outside and is counted as overflow.
 * Thread-safe, on platform and on virtual threads.
 */
public final class ActiveExchanges implements ExchangeObserver {

	private static final int BITS = 15;

	private static final int CAPACITY = 1 << BITS;

	private static final int PROBES = 64;

	private static final int NONE = -1;

	private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

	private final AtomicReferenceArray<@Nullable Exchange> slots = new AtomicReferenceArray<>(CAPACITY);

	private final Counter overflow;

	/**
	 * Create an empty table.
	 * @param registry where exchanges are counted that found no slot
	 */
	public ActiveExchanges(MeterRegistry registry) {
		this.overflow = Routes.overflow(registry, "active_exchange");
	}

	@Override
	public void onStart(Exchange exchange) {
		int first = firstSlot(Thread.currentThread());
		for (int i = 0; i < PROBES; i++) {
			int slot = (first + i) & (CAPACITY - 1);
			if (this.slots.getPlain(slot) == null) {
				exchange.slot(slot);
				if (this.slots.compareAndSet(slot, null, exchange)) {
					return;
				}
			}
		}
		exchange.slot(NONE);
		this.overflow.increment();
	}

	@Override
	public void onEnd(Exchange exchange) {
		if (exchange.slot() >= 0) {
			this.slots.setRelease(exchange.slot(), null);
		}
	}

	/**
	 * Whether an exchange is still being served. Since no exchange is used twice, this
	 * tells whether what was seen of its thread meanwhile belongs to it.
	 * @param exchange an exchange that was found here
	 * @return {@code false} once it has ended
	 */
	public boolean contains(Exchange exchange) {
		return exchange.slot() >= 0 && this.slots.getAcquire(exchange.slot()) == exchange;
	}

	/**
	 * Where an exchange is in the table. No other one is there at the same time.
	 * @param exchange an exchange that was found here
	 * @return its place, from 0
	 */
	public int placeOf(Exchange exchange) {
		return exchange.slot();
	}

	/**
	 * The exchange at a place in the table.
	 * @param place the place, which may be any number
	 * @return the exchange, or {@code null} if there is none
	 */
	public @Nullable Exchange at(int place) {
		return (place >= 0 && place < CAPACITY) ? this.slots.getAcquire(place) : null;
	}

	/**
	 * The exchange that the calling thread serves.
	 * @return the exchange, or {@code null} if there is none
	 */
	public @Nullable Exchange current() {
		Thread thread = Thread.currentThread();
		int first = firstSlot(thread);
		for (int i = 0; i < PROBES; i++) {
			Exchange exchange = this.slots.getAcquire((first + i) & (CAPACITY - 1));
			if (exchange != null && exchange.thread() == thread) {
				return exchange;
			}
		}
		return null;
	}

	/**
	 * Tell the calling thread's exchange what Spring matched first, before the handler
	 * runs.
	 * @param pattern the path template
	 */
	public void matched(String pattern) {
		Exchange exchange = current();
		if (exchange != null && exchange.pattern() == null) {
			exchange.matched(pattern);
		}
	}

	/**
	 * Look at every exchange that is being served. Exchanges that begin or end meanwhile
	 * may or may not be among them.
	 * @param action what to do with each
	 */
	public void forEach(Consumer<? super Exchange> action) {
		for (int slot = 0; slot < CAPACITY; slot++) {
			Exchange exchange = this.slots.getAcquire(slot);
			if (exchange != null) {
				action.accept(exchange);
			}
		}
	}

	private static int firstSlot(Thread thread) {
		return (int) (thread.getId() * GOLDEN_RATIO >>> (Long.SIZE - BITS));
	}

}
