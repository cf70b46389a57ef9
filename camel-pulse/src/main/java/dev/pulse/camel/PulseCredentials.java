package dev.pulse.camel;

import dev.pulse.Credentials;
import java.util.function.Supplier;

/**
 * Who connects to Redis, asked at each new connection, so that a password can change while routes run. The only bean of this
 * type in the registry is taken by all Pulse components by itself. Called by any thread, also by several at once; what it
 * throws counts as a refused access.
 */
@FunctionalInterface
public interface PulseCredentials extends Supplier<Credentials> {}
