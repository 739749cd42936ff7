package io.gmicro.activity;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.rabbitmq.client.ConnectionFactory;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Activities of clients whose message broker does not answer.
 */
@Timeout(120)
class MessagingActivityTests {

	static List<ThreadKind> kinds() {
		return ThreadKind.available();
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void producerOfKafkaIsMessaging(ThreadKind kind) throws Exception {
		KafkaProducer<String, String> producer;
		try (SilentServer server = new SilentServer()) {
			producer = new KafkaProducer<>(
					Map.of("bootstrap.servers", "127.0.0.1:" + server.port(), "max.block.ms", 90_000),
					new StringSerializer(), new StringSerializer());
			try (Waiting waiting = Waiting.untilInterrupted(kind,
					() -> producer.send(new ProducerRecord<>("orders", "")).get())) {
				waiting.assertActivity(Activities.MESSAGING, "org.apache.kafka.");
			}
		}
		// Would wait for an answer
		producer.close(Duration.ZERO);
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void consumerOfKafkaIsMessaging(ThreadKind kind) throws Exception {
		try (SilentServer server = new SilentServer()) {
			KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
					Map.of("bootstrap.servers", "127.0.0.1:" + server.port(), "default.api.timeout.ms", 90_000),
					new StringDeserializer(), new StringDeserializer());
			try (Waiting waiting = Waiting.start(kind, () -> consumer.partitionsFor("orders"), consumer::wakeup)) {
				waiting.assertActivity(Activities.MESSAGING, "org.apache.kafka.");
			}
			consumer.close(CloseOptions.timeout(Duration.ZERO));
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void rabbitMqIsMessaging(ThreadKind kind) throws Exception {
		try (SilentServer server = new SilentServer()) {
			ConnectionFactory factory = new ConnectionFactory();
			factory.setHost("127.0.0.1");
			factory.setPort(server.port());
			try (Waiting waiting = Waiting.start(kind, factory::newConnection, server::close)) {
				waiting.assertActivity(Activities.MESSAGING, "com.rabbitmq.");
			}
		}
	}

}
