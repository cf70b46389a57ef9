package dev.pulse.stream.internal;

/**
 * How large an event may be that is added here. What is read may be of any size: it stands in Redis already.
 *
 * @param payloadBytes its payload, 1 byte to 512 MiB, Redis' own bound on a value
 * @param headerBytes names and values of its headers together, the same
 */
public record EventLimits(int payloadBytes, int headerBytes) {
    private static final int MOST = 512 * 1024 * 1024;

    public EventLimits {
        require("maxPayloadBytes", payloadBytes);
        require("maxHeaderBytes", headerBytes);
    }

    private static void require(String name, int value) {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException(name + " is 1 to " + MOST + ", was " + value);
        }
    }
}
