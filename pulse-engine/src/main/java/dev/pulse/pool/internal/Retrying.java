package dev.pulse.pool.internal;

import dev.pulse.PoolShutDownException;
import dev.pulse.QueueFullException;
import dev.pulse.redis.Redis;
import dev.pulse.wire.Names;

/** Has dead jobs tried anew. Thread-safe. */
final class Retrying {
    private final Client client;

    Retrying(Client client) {
        this.client = client;
    }

    /** False when there is no such dead job. */
    boolean retry(String key) throws InterruptedException {
        Names.requireJobKey(key);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Redis call = client.redis().forOneCall();
        // under one id for all tries: what was done once is not done again
        String request = client.answers().newId();
        PoolIncarnation pool = client.present();
        try {
            while (true) {
                switch (pool.reach().retry(call, key, "", request, pool.ring().first())) {
                    case OK -> {
                        return true;
                    }
                    case UNKNOWN -> {
                        return false;
                    }
                    case FULL ->
                        throw new QueueFullException(
                                client.says(named(key) + " is refused: "
                                        + pool.settings().queueLimit() + " jobs wait to begin, which is the limit"),
                                null);
                    case CLOSING ->
                        throw new PoolShutDownException(
                                client.says(named(key) + " is refused: the pool is being shut down"), null);
                    case GONE -> pool = client.life().after(pool, call);
                }
            }
        } catch (InterruptedException e) {
            throw client.interrupted(named(key) + " may have been asked for", e);
        }
    }

    private static String named(String key) {
        return "the retry of job \"" + key + '"';
    }
}
