package dev.pulse.jmh.peer;

import java.time.Duration;
import java.util.Objects;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.core.StreamOperations;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer.StreamMessageListenerContainerOptions;

/**
 * Spring Data Redis: a {@code StreamMessageListenerContainer}, whose listener handles and acknowledges. It calls its
 * listener for one event after another; there is no option to have it call more than one at once.
 */
public final class SpringConsumer implements GroupConsumer {
    private final LettuceConnectionFactory connections;
    private final StreamOperations<String, String, byte[]> operations;
    private final String key;

    public SpringConsumer(String host, int port, String key) {
        connections = new LettuceConnectionFactory(host, port);
        connections.afterPropertiesSet();
        connections.start();
        RedisTemplate<String, byte[]> template = new RedisTemplate<>();
        template.setConnectionFactory(connections);
        template.setKeySerializer(RedisSerializer.string());
        template.setHashKeySerializer(RedisSerializer.string());
        template.setHashValueSerializer(RedisSerializer.byteArray());
        template.afterPropertiesSet();
        operations = template.opsForStream();
        this.key = key;
    }

    @Override
    public End begin(String group, Handler handler) {
        operations.createGroup(key, ReadOffset.from("0"), group);
        var container = StreamMessageListenerContainer.create(
                connections,
                StreamMessageListenerContainerOptions.builder()
                        .batchSize(CONCURRENCY)
                        .pollTimeout(Duration.ofMillis(100))
                        .hashKeySerializer(RedisSerializer.string())
                        .<String, byte[]>hashValueSerializer(RedisSerializer.byteArray())
                        .build());
        container.receive(
                Consumer.from(group, "consumer"), StreamOffset.create(key, ReadOffset.lastConsumed()), event -> {
                    handler.handle(Objects.requireNonNull(event.getValue().get("p")));
                    operations.acknowledge(group, event);
                });
        container.start();
        return container::stop;
    }

    @Override
    public void close() {
        connections.destroy();
    }
}
