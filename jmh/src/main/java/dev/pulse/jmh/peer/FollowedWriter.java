package dev.pulse.jmh.peer;

import dev.pulse.wire.MapKeys;

/** {@link EvalshaWriter} on a map that a bare SUBSCRIBE follows in this process, as every process with a replica does. */
public final class FollowedWriter implements MapWriter {
    private final EvalshaWriter writer;
    private final Subscriber follower;

    public FollowedWriter(String host, int port, String map) throws InterruptedException {
        follower = new Subscriber(host, port, new MapKeys(map).channel(), () -> {});
        writer = new EvalshaWriter(host, port, map);
    }

    @Override
    public Object set(String key, byte[] value) {
        return writer.set(key, value);
    }

    @Override
    public void close() {
        writer.close();
        follower.close();
    }
}
