/** Event streams, replicated maps and keyed worker pools on Redis: blocking calls on virtual threads. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module dev.pulse {
    requires com.github.f4b6a3.ulid;
    requires org.apache.commons.pool2;
    requires org.slf4j;
    requires transitive redis.clients.jedis;
    requires static com.cronutils;
    requires static com.fasterxml.jackson.databind;
    requires static org.jspecify;

    exports dev.pulse;
    exports dev.pulse.embedded;
    exports dev.pulse.map;
    exports dev.pulse.pool;
    exports dev.pulse.stream;
}
