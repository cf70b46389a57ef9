package dev.pulse.stream.internal;

import dev.pulse.wire.MapKeys;
import dev.pulse.wire.StreamKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One life of a stream: its keys and what it keeps.
 *
 * @param stream the stream's name
 * @param clustered whether on Redis Cluster, where keys hold the name in a hash tag
 * @param physicalBytes the key of the stream, and
 * @param maxLengthBytes the bound in decimal, as every append sends them
 */
record Incarnation(
        String stream,
        boolean clustered,
        StreamKeys keys,
        Contract retention,
        byte[] physicalBytes,
        byte[] maxLengthBytes) {
    Incarnation(String stream, boolean clustered, StreamKeys keys, Contract retention) {
        this(
                stream,
                clustered,
                keys,
                retention,
                keys.physical().getBytes(StandardCharsets.UTF_8),
                Long.toString(retention.maxLength()).getBytes(StandardCharsets.US_ASCII));
    }

    /** The same with another contract. */
    Incarnation keeping(Contract other) {
        return new Incarnation(stream, clustered, keys, other);
    }

    long number() {
        return keys.incarnation();
    }

    String physical() {
        return keys.physical();
    }

    /** The key of the first incarnation, which v1.6 knows too. */
    String flat() {
        return new StreamKeys(keys.stream(), 1).physical();
    }

    /** The maps that tell other consumers of a sink about one: pairs of keep-alive and membership. */
    List<MapKeys> consumerMaps(String sink) {
        List<MapKeys> maps = new ArrayList<>(4);
        maps.add(keys.keepAlive(sink));
        maps.add(keys.membership());
        if (number() == 1 && !clustered) {
            // what v1.6 to v1.8 read; they know the flat stream only, and no cluster
            maps.add(keys.flatKeepAlive(sink));
            maps.add(keys.flatMembership());
        }
        return maps;
    }
}
