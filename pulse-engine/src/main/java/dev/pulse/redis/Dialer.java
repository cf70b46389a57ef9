package dev.pulse.redis;

import dev.pulse.PulseException;
import java.time.Duration;
import redis.clients.jedis.Connection;

/** Makes connections with the settings of one engine. Thread-safe. */
sealed interface Dialer permits OwnDialer, ClientDialer {
    /** What {@link Connections#open} does, for one address. Throws {@link PulseException}, naming it. */
    Connection dial(Address address, String role, Duration timeout);
}
