package org.springframework.samples.workshop.repairs;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.samples.workshop.NotFoundException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

@RestController
class RepairController {

	private static final long APPROVAL_TIMEOUT_MILLIS = Duration.ofMillis(50).toMillis();

	private final RepairRepository repairs;

	private final Executor executor;

	RepairController(RepairRepository repairs, @Qualifier("applicationTaskExecutor") Executor executor) {
		this.repairs = repairs;
		this.executor = executor;
	}

	@GetMapping("/bikes/{bikeId}/repairs")
	List<RepairView> ofBike(@PathVariable long bikeId) {
		return this.repairs.findByBikeId(bikeId).stream().map(RepairView::of).toList();
	}

	@GetMapping("/repairs/{id}/contact")
	Contact contact(@PathVariable long id) {
		return get(id).getContact();
	}

	/** Completes on another thread. */
	@GetMapping("/repairs/{id}/estimate")
	CompletableFuture<EstimateView> estimate(@PathVariable long id) {
		return CompletableFuture.supplyAsync(() -> EstimateView.of(get(id)), this.executor);
	}

	/** Times out: the customer never answers. */
	@GetMapping("/repairs/{id}/approval")
	DeferredResult<String> approval(@PathVariable long id) {
		return new DeferredResult<>(APPROVAL_TIMEOUT_MILLIS);
	}

	@GetMapping("/repairs/{id}/invoice")
	String invoice(@PathVariable long id) {
		throw new IllegalStateException("Repair " + get(id).getId() + " has no price");
	}

	private Repair get(long id) {
		return this.repairs.findById(id).orElseThrow(() -> new NotFoundException("repair", id));
	}

	record RepairView(long id, String frameNumber, String work) {

		static RepairView of(Repair repair) {
			return new RepairView(repair.getId(), repair.getBike().getFrameNumber(), repair.getWork());
		}

	}

	record EstimateView(long id, int hours) {

		static EstimateView of(Repair repair) {
			return new EstimateView(repair.getId(), 1 + repair.getWork().length() / 10);
		}

	}

}
