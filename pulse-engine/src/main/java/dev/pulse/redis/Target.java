package dev.pulse.redis;

import java.util.Optional;

/** Which Redis: what a URI says, or what a Jedis client of the user's is connected to. */
public sealed interface Target permits RedisUri, UserClient {
    /** Where it is, for messages. */
    String address();

    /** Whether connections are made with TLS by this engine. */
    boolean tls();

    /** Part of the connections' names, unless the user says otherwise. */
    Optional<String> clientName();
}
