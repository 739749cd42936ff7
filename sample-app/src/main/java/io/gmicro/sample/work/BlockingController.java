package io.gmicro.sample.work;

import java.util.concurrent.TimeUnit;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Routes that keep the thread of their request until they are done.
 */
@RestController
final class BlockingController {

	private static final int MEGABYTE = 1 << 20;

	/** Enough for the clock not to show up in a profile. */
	private static final int ROUNDS_BETWEEN_LOOKS = 10_000;

	private final ContendedLock lock;

	/** Without a reader from outside the compiler would do away with the allocation. */
	private volatile byte @Nullable [] latestBlock;

	BlockingController(ContendedLock lock) {
		this.lock = lock;
	}

	@GetMapping("/slow")
	String slow(@RequestParam(defaultValue = "500") @Min(0) @Max(60_000) int millis) throws InterruptedException {
		Thread.sleep(millis);
		return "slept for " + millis + " ms\n";
	}

	@GetMapping("/cpu")
	String cpu(@RequestParam(defaultValue = "500") @Min(0) @Max(60_000) int millis) {
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		long rounds = 0;
		double value = 2;
		while (System.nanoTime() - end < 0) {
			for (int i = 0; i < ROUNDS_BETWEEN_LOOKS; i++) {
				value = Math.sqrt(value + rounds++);
			}
		}
		return "took " + rounds + " square roots in " + millis + " ms, the last is " + value + "\n";
	}

	@GetMapping("/allocate")
	String allocate(@RequestParam(defaultValue = "64") @Min(0) @Max(1024) int megabytes) {
		for (int i = 0; i < megabytes; i++) {
			this.latestBlock = new byte[MEGABYTE];
		}
		this.latestBlock = null;
		return "allocated " + megabytes + " MB and dropped them\n";
	}

	@GetMapping("/contend")
	String contend(@RequestParam(defaultValue = "500") @Min(0) @Max(60_000) int millis) throws InterruptedException {
		int turns = this.lock.contend(millis);
		return "got the lock " + turns + " times in " + millis + " ms\n";
	}

	@GetMapping("/fail")
	String fail() {
		throw new IllegalStateException("This route always fails");
	}

}
