package dev.pulse.pool;

import dev.pulse.testing.RespClient;
import dev.pulse.wire.PoolKeys;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A pool as it stands in Redis, looked at and changed behind the engine's back. */
final class RawPool {
    private final RespClient client;
    private final PoolKeys keys;

    RawPool(RespClient client, String name) {
        this.client = client;
        this.keys = new PoolKeys(name, Long.parseLong(client.text("HGET", PoolKeys.pool(name), "g")));
    }

    PoolKeys keys() {
        return keys;
    }

    /** The record of a job; empty when there is none. */
    Map<String, String> record(String key) {
        return fields(client.list("HGETALL", keys.job(key)));
    }

    void setRecord(String key, String field, String value) {
        client.call("HSET", keys.job(key), field, value);
    }

    /** How many entries a worker has not handled. */
    int unhandled(String worker) {
        return client.list("XRANGE", keys.inbox(worker), "-", "+").size();
    }

    /** Puts an entry into the inbox of a worker. */
    void tell(String worker, String... fields) {
        List<String> command = new ArrayList<>(List.of("XADD", keys.inbox(worker), "*"));
        command.addAll(List.of(fields));
        client.call(command.toArray(String[]::new));
    }

    /** The start entry of a job as its owner got it. */
    String[] startEntry(String key) {
        Map<String, String> job = record(key);
        String payload = client.text("GET", keys.payload(key));
        return new String[] {
            "y", "s", "k", key, "t", job.get("t"), "p", payload, "id", job.get("id"), "c", job.get("r"), "mx", "1"
        };
    }

    /** Gives a new job to a worker, which is not told. */
    void assign(String key, String worker, long token) {
        String[] record = {
            "HSET",
            keys.job(key),
            "id",
            "i",
            "st",
            "assigned",
            "o",
            worker,
            "t",
            Long.toString(token),
            "q",
            "0",
            "mx",
            "1",
            "r",
            "",
            "at",
            "1"
        };
        client.call(record);
        client.call("SET", keys.payload(key), "x");
        client.call("SADD", keys.owned(worker), key);
    }

    /** Takes away a job that was not started, whoever thinks that it is there. */
    void forget(String key, String worker) {
        client.call("DEL", keys.job(key), keys.payload(key));
        client.call("SREM", keys.owned(worker), key);
        client.call("HINCRBY", keys.meta(), "q", "-1");
    }

    List<String> owned(String worker) {
        return client.list("SMEMBERS", keys.owned(worker)).stream()
                .map(String.class::cast)
                .sorted()
                .toList();
    }

    /** Ends a worker's lease, as if it had been swept. */
    void endLease(String worker) {
        client.call("ZREM", keys.leases(), worker);
    }

    private static Map<String, String> fields(List<?> reply) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < reply.size(); i += 2) {
            fields.put((String) reply.get(i), (String) reply.get(i + 1));
        }
        return fields;
    }
}
