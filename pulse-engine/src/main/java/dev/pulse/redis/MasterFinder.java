package dev.pulse.redis;

import dev.pulse.PulseException;
import java.time.Duration;
import redis.clients.jedis.Connection;

/** Who knows where a master is that can move. Thread-safe. */
sealed interface MasterFinder permits SentinelFinder, ClientFinder {
    /** Where it is said to be at this moment. Throws {@link PulseException} when nobody says. */
    Address find();

    /** A connection to it, as {@link Dialer#dial}. */
    Connection dial(Address master, String role, Duration timeout);

    /** What was said last did not prove true: somebody else may know better. */
    void doubt();

    /** For messages. */
    String name();

    /** Lets go of what it holds. */
    void close();
}
