package io.gmicro.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import io.gmicro.gin.GinBodySizes;
import io.gmicro.gin.GinFamilies;
import io.gmicro.gin.GinRequestDuration;
import io.gmicro.gin.GinStatusCodes;
import io.gmicro.http.BodySizes;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.http.RequestDuration;
import io.gmicro.http.StatusCodes;
import io.gmicro.http.UniqueClients;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * What the names cost a request, over a filter with an observer that does nothing: the
 * three measurements that both kinds of names have, under one, the other and both, and
 * the estimate of unique clients. Rounds of all in turn.
 */
final class NamingCost {

	private static final int ROUNDS = 15;

	private NamingCost() {
	}

	static Table table() {
		return new Table("naming", "Names",
				"""
						CPU time of the filter with the three measurements that both kinds of names have, less that of the filter with an
						observer that does nothing; 15 rounds of 1,000,000 requests, in turn.
						""",
				NamingCost::rows);
	}

	private static String rows() throws Exception {
		PrometheusMeterRegistry registry = Registries.ours();
		GinFamilies families = new GinFamilies(registry.getPrometheusRegistry(), "", "", Map.of());
		List<ExchangeObserver> standard = List.of(
				new RequestDuration(registry,
						List.of(Duration.ofMillis(5), Duration.ofMillis(100), Duration.ofSeconds(1))),
				new StatusCodes(registry), new BodySizes(registry));
		List<ExchangeObserver> gmicro = List.of(new GinRequestDuration(families, GinRequestDuration.BOUNDS),
				new GinStatusCodes(families), new GinBodySizes(families));
		List<ExchangeFilter> filters = List.of(filter(List.of((exchange) -> {
		}), registry), filter(standard, registry), filter(gmicro, registry),
				filter(Stream.concat(standard.stream(), gmicro.stream()).toList(), registry),
				filter(List.of(new UniqueClients()), registry));
		double[][] nanos = new double[filters.size()][ROUNDS];
		for (int round = -2; round < ROUNDS; round++) {
			double base = 0;
			for (int kind = 0; kind < filters.size(); kind++) {
				double cost = ObserverCost.nanos(filters.get(kind));
				base = (kind == 0) ? cost : base;
				if (round >= 0) {
					nanos[kind][round] = cost - ((kind == 0) ? 0 : base);
				}
			}
		}
		double[] ratio = new double[ROUNDS];
		for (int round = 0; round < ROUNDS; round++) {
			ratio[round] = nanos[3][round] / (nanos[1][round] + nanos[2][round]);
		}
		Arrays.sort(ratio);
		return "| nanoseconds a request | median (lowest to highest) |\n|---|---|\n"
				+ ObserverCost.row("duration, status and sizes, naming=standard", nanos[1])
				+ ObserverCost.row("the same, naming=gmicro", nanos[2])
				+ ObserverCost.row("the same, naming=both", nanos[3])
				+ String.format(Locale.ROOT, "| both, as a part of the sum of the two | %.2f (%.2f to %.2f) |%n",
						ratio[ROUNDS / 2], ratio[0], ratio[ROUNDS - 1])
				+ ObserverCost.row("unique clients", nanos[4]);
	}

	private static ExchangeFilter filter(List<ExchangeObserver> observers, PrometheusMeterRegistry registry) {
		return new ExchangeFilter(observers, List.of(), 100, registry);
	}

}
