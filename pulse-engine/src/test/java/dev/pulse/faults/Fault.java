package dev.pulse.faults;

/** The faults that are made, by their numbers. */
public enum Fault {
    F01("consumers killed under load"),
    F02("a consumer paused for twice its ack deadline"),
    F03("Redis restarted, cleanly and by a crash, with each kind of file"),
    F04("a stream, a group or everything deleted, an older state restored"),
    F05("a failover by Sentinel"),
    F06("connections cut, flapping, silent, slow, broken off anywhere"),
    F07("subscriptions killed; messages lost, repeated, reordered"),
    F08("scripts flushed"),
    F09("a slow Redis"),
    F10("workers that come, go and die all the time"),
    F11("a worker paused for three leases"),
    F12("processes killed between any two steps"),
    F13("internal messages repeated and reordered"),
    F14("handlers that throw, hang, compute, ignore interrupts, recurse for ever"),
    F15("bad input"),
    F16("Redis out of memory, busy, loading, refusing"),
    F17("a clock that is wrong"),
    F18("slow handlers before a backlog"),
    F19("events trimmed away unread or pending"),
    F20("owners of tickers killed when they are to fire"),
    F21("a failover or a moved slot of Redis Cluster"),
    F22("a crowd at a cold start, interrupts at random"),
    /** Made by the tests of the Camel endpoints. */
    F23("Camel contexts killed, suspended and stopped, routes that fail"),
    /** Wrong use, races, and what else breaks promises without anything being broken. */
    NONE("everything well");

    private final String words;

    Fault(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
