package dev.pulse.pool.internal;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A call on a virtual thread of its own.
 *
 * @param thread to interrupt
 */
record Call<T>(Thread thread, CompletableFuture<T> result) {
    private static final Duration LIMIT = Duration.ofSeconds(40);

    static <T> Call<T> begin(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        return new Call<>(
                Thread.ofVirtual().start(() -> {
                    try {
                        result.complete(call.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                }),
                result);
    }

    /** What it returned; throws what it threw. */
    T get() throws Throwable {
        try {
            return result.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("the call did not return within " + LIMIT, e);
        }
    }

    boolean isDone() {
        return result.isDone();
    }
}
