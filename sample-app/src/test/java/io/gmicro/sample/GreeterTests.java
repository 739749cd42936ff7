package io.gmicro.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.gmicro.sample.greeting.api.GreeterGrpc;
import io.gmicro.sample.greeting.api.HelloReply;
import io.gmicro.sample.greeting.api.HelloRequest;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The gRPC service of the sample, the route that calls it, and what is recorded of that.
 */
class GreeterTests {

	private static final String METHOD = "greet.Greeter/SayHello";

	private static final String HTTP = "http_server_responses_total{http_request_method=\"GET\","
			+ "http_response_status_code=\"%d\",http_route=\"/greet/{name}\"}";

	private static final String RPC = "rpc_%s_%s{rpc_method=\"" + METHOD
			+ "\",rpc_status_code=\"%s\",rpc_system_name=\"grpc\"}";

	private static final String MESSAGES = "rpc_%s_messages_%s_total{rpc_method=\"" + METHOD
			+ "\",rpc_system_name=\"grpc\"}";

	private static final Map<String, Integer> TRAFFIC = traffic();

	private static Map<String, Integer> traffic() {
		Map<String, Integer> traffic = new LinkedHashMap<>();
		traffic.put("/greet/Ada", 30);
		traffic.put("/greet/7", 7);
		traffic.put("/greet/Ada?millis=2500", 2);
		return traffic;
	}

	@Test
	void seriesAreThereBeforeTheFirstCall() throws Exception {
		try (SampleServer sample = SampleServer.start()) {
			Scrape scrape = sample.scrape();
			assertThat(scrape.value(RPC.formatted("server", "call_duration_seconds_count", "OK"))).isZero();
			assertThat(scrape.value(RPC.formatted("server", "responses_total", "INTERNAL"))).isZero();
			assertThat(scrape.families()).doesNotContain("rpc_client_responses");
		}
	}

	/** Three recordings of one request: HTTP server, gRPC client, gRPC server. */
	@Test
	void prometheusCountsEveryCallOnceByMethodAndCode(@TempDir Path directory) throws Exception {
		RealTools.find("prometheus");
		try (SampleServer sample = SampleServer.start();
				PrometheusServer prometheus = PrometheusServer.start(directory, sample.port())) {
			infrastructure(sample);
			for (Map.Entry<String, Integer> traffic : TRAFFIC.entrySet()) {
				for (int i = 0; i < traffic.getValue(); i++) {
					sample.get(traffic.getKey());
				}
			}
			await().atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(() -> {
				assertThat(prometheus.value(HTTP.formatted(200))).isEqualTo(30);
				assertThat(prometheus.value(HTTP.formatted(400))).isEqualTo(7);
				assertThat(prometheus.value(HTTP.formatted(504))).isEqualTo(2);
				for (String side : List.of("client", "server")) {
					for (String name : List.of("responses_total", "call_duration_seconds_count")) {
						assertThat(prometheus.value(RPC.formatted(side, name, "OK"))).isEqualTo(30);
						assertThat(prometheus.value(RPC.formatted(side, name, "INVALID_ARGUMENT"))).isEqualTo(7);
						assertThat(prometheus.value(RPC.formatted(side, name, "DEADLINE_EXCEEDED"))).isEqualTo(2);
						assertThat(prometheus.value("sum(rpc_" + side + "_" + name + ")")).isEqualTo(39);
					}
				}
				assertThat(prometheus.value(MESSAGES.formatted("client", "sent"))).isEqualTo(39);
				assertThat(prometheus.value(MESSAGES.formatted("client", "received"))).isEqualTo(30);
				assertThat(prometheus.value(MESSAGES.formatted("server", "received"))).isEqualTo(39);
				assertThat(prometheus.value(MESSAGES.formatted("server", "sent"))).isEqualTo(30);
			});
		}
	}

	@Test
	void namesOfTheOriginalCanBeHadAsWell() throws Exception {
		try (SampleServer sample = SampleServer.startWith("spring.profiles.active=gin",
				"gmicro.metrics.naming=gmicro")) {
			sample.get("/greet/Ada");
			sample.get("/greet/7");
			Scrape scrape = sample.scrape();
			for (String side : List.of("client", "server")) {
				String labels = "{code=\"%s\",method=\"/" + METHOD + "\"}";
				assertThat(scrape.value("rpc_" + side + "_requests_chaos_code_total" + labels.formatted("0")))
					.isEqualTo(1);
				assertThat(scrape.value("rpc_" + side + "_requests_chaos_code_total" + labels.formatted("3")))
					.isEqualTo(1);
				String duration = "rpc_" + side + "_requests_chaos_duration_ms";
				assertThat(scrape.buckets(duration, "method=\"/" + METHOD + "\"").keySet()).containsExactly(5., 10.,
						25., 50., 100., 250., 500., 1000., Double.POSITIVE_INFINITY);
				assertThat(scrape.value(duration + "_count{method=\"/" + METHOD + "\"}")).isEqualTo(2);
				assertThat(scrape.value(duration + "_sum{method=\"/" + METHOD + "\"}") % 1).isNotZero();
			}
			assertThat(scrape.families()).contains("gin_request_total")
				.noneMatch((family) -> family.startsWith("rpc_server_responses"));
		}
	}

	@Test
	void callThatIsRunningMayEndWhenTheApplicationStops() throws Exception {
		ManagedChannel channel;
		GreeterGrpc.GreeterFutureStub greeter;
		Future<HelloReply> reply;
		try (SampleServer sample = SampleServer.start()) {
			channel = channel(sample);
			greeter = GreeterGrpc.newFutureStub(channel);
			greeter.sayHello(HelloRequest.newBuilder().setName("Ada").build()).get(10, TimeUnit.SECONDS);
			reply = greeter.sayHello(HelloRequest.newBuilder().setName("Grace").setMillis(3000).build());
			await().untilAsserted(
					() -> assertThat(sample.scrape().value(MESSAGES.formatted("server", "received"))).isEqualTo(2));
			assertThat(reply).isNotDone();
		}
		assertThat(reply.get(10, TimeUnit.SECONDS).getMessage()).isEqualTo("Hello, Grace");
		channel.shutdownNow();
	}

	/** Both answer, and neither is recorded. */
	private static void infrastructure(SampleServer sample) throws Exception {
		ManagedChannel channel = channel(sample);
		assertThat(HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()).getStatus())
			.isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
		CompletableFuture<ServerReflectionResponse> services = new CompletableFuture<>();
		ServerReflectionGrpc.newStub(channel).serverReflectionInfo(new StreamObserver<>() {

			@Override
			public void onNext(ServerReflectionResponse response) {
				services.complete(response);
			}

			@Override
			public void onError(Throwable failure) {
				services.completeExceptionally(failure);
			}

			@Override
			public void onCompleted() {
			}

		}).onNext(ServerReflectionRequest.newBuilder().setListServices("*").build());
		assertThat(services.get(10, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
			.anyMatch((service) -> service.getName().equals("greet.Greeter"));
		channel.shutdownNow();
	}

	private static ManagedChannel channel(SampleServer sample) {
		return NettyChannelBuilder.forAddress("127.0.0.1", sample.grpcPort()).usePlaintext().build();
	}

}
