package dev.pulse.redis;

import dev.pulse.PulseException;
import java.time.Duration;
import redis.clients.jedis.Connection;

/** Makes connections to one primary, wherever that is at the moment. Thread-safe. */
interface Connections {
    /**
     * Connects, greets, authenticates and selects the database, each step within the shorter of the connect time-out
     * and {@code timeout}.
     *
     * @param role becomes part of its name, {@code pulse/<client name>/<role>}
     * @param timeout how long any later read of it may take
     * @throws PulseException what hinders it, naming host and port
     */
    Connection open(String role, Duration timeout);

    /** Where the primary is, or was last, for messages. */
    String where();

    /** Connections to one address. */
    static Connections to(Address address, Dialer dialer) {
        return new Connections() {
            @Override
            public Connection open(String role, Duration timeout) {
                return dialer.dial(address, role, timeout);
            }

            @Override
            public String where() {
                return address.toString();
            }
        };
    }
}
