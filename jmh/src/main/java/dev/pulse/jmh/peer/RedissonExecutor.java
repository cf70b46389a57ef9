package dev.pulse.jmh.peer;

import java.io.Serializable;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.redisson.api.RExecutorService;
import org.redisson.api.RedissonClient;
import org.redisson.api.WorkerOptions;
import org.redisson.api.options.ExecutorOptions;
import org.redisson.codec.Kryo5Codec;

/**
 * Redisson's {@code RExecutorService}, with workers in the same process. The codec is its default, for a task is an object
 * there.
 */
public final class RedissonExecutor implements AutoCloseable {
    private final RedissonClient client;
    private final RExecutorService executor;

    /** With so many tasks at once. */
    public RedissonExecutor(String host, int port, String name, int workers) {
        client = Redissons.connect(host, port);
        executor = client.getExecutorService(ExecutorOptions.name(name).codec(new Kryo5Codec()));
        executor.registerWorkers(WorkerOptions.defaults().workers(workers));
    }

    /** What is done: nothing. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Task(byte[] payload) implements Callable<Integer>, Serializable {
        @Override
        public Integer call() {
            return payload.length;
        }
    }

    /** Has a worker do a task, and waits for its result. */
    public Object submit(byte[] payload) throws ExecutionException, InterruptedException {
        return executor.submit(new Task(payload)).get();
    }

    /** Removes it from Redis, too. */
    @Override
    public void close() {
        executor.delete();
        client.shutdown();
    }
}
