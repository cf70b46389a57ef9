package dev.pulse;

import static dev.pulse.faults.Promise.P14;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.faults.Attacks;
import dev.pulse.pool.Job;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.task.Tasks;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What is opened again and again leaves no more than what is opened once. */
@RedisTest
@Attacks(P14)
class OpenCloseTest {
    private static final int TIMES = 100;

    @PulseTest
    void aHundredTimesLeaveNoMoreThanOnce(TestRedis redis, Prefix prefix) throws InterruptedException {
        useOnce(redis.uri(), prefix.name("s"));
        try (RespClient client = redis.client()) {
            Map<String, Long> once = sizes(client, prefix);
            assertThat(once).isNotEmpty();
            int threads = Thread.getAllStackTraces().size();
            for (int i = 1; i < TIMES; i++) {
                useOnce(redis.uri(), prefix.name("s"));
            }
            assertThat(sizes(client, prefix)).isEqualTo(once);
            assertThat(client.list("XINFO", "CONSUMERS", "pulse:stream:" + prefix.name("s"), "k"))
                    .isEmpty();
            await().until(() -> Tasks.live().isEmpty());
            // carriers of virtual threads and of the JDK's own come and go
            await().until(() -> Thread.getAllStackTraces().size() <= threads + 10);
        }
    }

    private static void useOnce(String uri, String name) throws InterruptedException {
        try (Pulse pulse = Pulse.connect(uri)) {
            EventStream<String> stream = pulse.stream(name, Codecs.string());
            CountDownLatch seen = new CountDownLatch(2);
            stream.sink("k", SinkOptions.builder().startAt(StartAt.oldest()).build())
                    .consume(event -> seen.countDown());
            stream.reader(ReaderOptions.builder().startAt(StartAt.newest()).build())
                    .consume(event -> seen.countDown());
            stream.add("e", "payload");
            assertThat(seen.await(30, TimeUnit.SECONDS)).isTrue();
            stream.remove(stream.snapshot().stream().map(event -> event.id()).toList());
            useOnce(pulse.joinPool(name));
            pulse.close(Duration.ofSeconds(5));
        }
    }

    private static void useOnce(PoolNode pool) throws InterruptedException {
        ServiceHandler handler = new ServiceHandler() {
            @Override
            public void start(Job job) {}

            @Override
            public void stop(Job job) {}
        };
        pool.addService(handler, WorkerOptions.defaults()).close();
        pool.addService(handler, WorkerOptions.defaults());
        pool.dispatch(JobRequest.of("a", new byte[0]));
        pool.stopJob("a");
    }

    /** Of all keys of this test. */
    private static Map<String, Long> sizes(RespClient client, Prefix prefix) {
        Map<String, Long> sizes = new TreeMap<>();
        for (Object key : client.list("KEYS", "*" + prefix.value() + "*")) {
            String name = (String) key;
            String type = client.text("TYPE", name);
            String length = Map.of("hash", "HLEN", "stream", "XLEN", "set", "SCARD", "zset", "ZCARD")
                    .getOrDefault(type, "STRLEN");
            sizes.put(name, (Long) client.call(length, name));
        }
        return sizes;
    }
}
