package dev.pulse.wire;

import java.util.Objects;

/**
 * The rules for names that users choose. They are those of Go's {@code goa.design/pulse}, and some that keep a name
 * from meeting a real key of another stream. Characters are counted as Unicode code points, as Go counts them.
 *
 * <p>Every method returns the name it was given, or throws {@link IllegalArgumentException} with the rule, its bound
 * and the value in the message; a huge value is shortened there. A name that is null is a {@link NullPointerException}
 * with the parameter's name. Nothing is allocated for a name that is allowed.
 */
public final class Names {
    /** The most characters of any name. */
    public static final int MAX_LENGTH = 512;

    /** The most characters, as Java counts them, of a key of a replicated map. */
    private static final int MAX_MAP_KEY_LENGTH = 65_536;

    private static final String REFUSED_CHARACTERS = " \0*?[]";
    private static final String LIFECYCLE = ":lifecycle";
    private static final String GENERATION = ":generation:";
    private static final String RECOVERY = ":sink-recovery:";

    private Names() {}

    /**
     * A stream's name: 1 to 512 characters, none of space, NUL, {@code *}, {@code ?}, {@code [}, {@code ]}. Reserved
     * are names that end in {@code :lifecycle}, or hold {@code :generation:<digits>} or {@code :sink-recovery:<digits>}
     * at the end or before a colon: they are keys of other streams.
     */
    public static String requireStreamName(String streamName) {
        return requireKeyName("stream name", Objects.requireNonNull(streamName, "streamName"));
    }

    /** A replicated map's name; the rules are those of {@link #requireStreamName}: streams keep maps of their own. */
    public static String requireMapName(String mapName) {
        return requireKeyName("map name", Objects.requireNonNull(mapName, "mapName"));
    }

    /**
     * A pool's name; the rules are those of {@link #requireStreamName}, and it has no brace: it stands in braces in all keys,
     * which keeps a pool in one slot of a Redis Cluster.
     */
    public static String requirePoolName(String poolName) {
        requireKeyName("pool name", Objects.requireNonNull(poolName, "poolName"));
        if (poolName.indexOf('{') >= 0 || poolName.indexOf('}') >= 0) {
            throw new IllegalArgumentException("pool name has no braces, was " + Shown.text(poolName));
        }
        return poolName;
    }

    /** A sink's name: 1 to 512 characters, none of them {@code =}, since it is a key in the map of consumers. */
    public static String requireSinkName(String sinkName) {
        requireLength("sink name", Objects.requireNonNull(sinkName, "sinkName"));
        if (sinkName.indexOf('=') >= 0) {
            throw new IllegalArgumentException("sink name holds no '=', was " + Shown.text(sinkName));
        }
        return sinkName;
    }

    /** An event's name: 1 to 512 characters; Go drops entries whose name is empty. */
    public static String requireEventName(String eventName) {
        return requireLength("event name", Objects.requireNonNull(eventName, "eventName"));
    }

    /** A topic: 1 to 512 characters; an event without a topic has none, not an empty one. */
    public static String requireTopic(String topic) {
        return requireLength("topic", Objects.requireNonNull(topic, "topic"));
    }

    /** A key of a replicated map: 1 to 65,536 characters, none of them {@code =}, which is kept for reserved fields. */
    public static String requireMapKey(String key) {
        int length = Objects.requireNonNull(key, "key").length();
        if (length == 0 || length > MAX_MAP_KEY_LENGTH) {
            throw new IllegalArgumentException("map key is 1 to " + MAX_MAP_KEY_LENGTH + " characters, was "
                    + (length == 0 ? "empty" : length + ": " + Shown.text(key)));
        }
        if (key.indexOf('=') >= 0) {
            throw new IllegalArgumentException("map key holds no '=', was " + Shown.text(key));
        }
        return Utf8.requireEncodable("map key", key);
    }

    /** The key of a job: 1 to 512 characters, any that UTF-8 can say. */
    public static String requireJobKey(String key) {
        return requireLength("job key", Objects.requireNonNull(key, "key"));
    }

    /** The id of a dispatch: 1 to 512 characters, any that UTF-8 can say. */
    public static String requireDispatchId(String id) {
        return requireLength("dispatch id", Objects.requireNonNull(id, "id"));
    }

    /** The name of a ticker or a schedule, as {@code what} says: 1 to 512 characters, any that UTF-8 can say. */
    public static String requireTimetableName(String what, String name) {
        return requireLength(what + " name", Objects.requireNonNull(name, what));
    }

    private static String requireKeyName(String what, String name) {
        requireLength(what, name);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (REFUSED_CHARACTERS.indexOf(c) >= 0) {
                throw new IllegalArgumentException(what + " has none of space, NUL, *, ?, [, ], was " + Shown.text(name)
                        + " with " + nameOf(c) + " at index " + i);
            }
        }
        if (name.endsWith(LIFECYCLE)) {
            throw new IllegalArgumentException(what + " does not end in " + LIFECYCLE
                    + ", which is reserved for the keys of streams, was " + Shown.text(name));
        }
        requireNoNumbered(what, name, GENERATION);
        requireNoNumbered(what, name, RECOVERY);
        return name;
    }

    private static String requireLength(String what, String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(what + " is 1 to " + MAX_LENGTH + " characters, was empty");
        }
        // most names are short enough even if every char were a character: only others are counted
        if (name.length() > MAX_LENGTH && name.codePointCount(0, name.length()) > MAX_LENGTH) {
            throw new IllegalArgumentException(what + " is 1 to " + MAX_LENGTH + " characters, was "
                    + name.codePointCount(0, name.length()) + ": " + Shown.text(name));
        }
        return Utf8.requireEncodable(what, name);
    }

    private static void requireNoNumbered(String what, String name, String marker) {
        for (int at = name.indexOf(marker); at >= 0; at = name.indexOf(marker, at + 1)) {
            int firstDigit = at + marker.length();
            int end = firstDigit;
            while (end < name.length() && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
                end++;
            }
            if (end > firstDigit && (end == name.length() || name.charAt(end) == ':')) {
                throw new IllegalArgumentException(what + " holds no " + marker
                        + "<digits> at the end or before a colon, which is reserved for the keys of streams, was "
                        + Shown.text(name));
            }
        }
    }

    private static String nameOf(char c) {
        return switch (c) {
            case ' ' -> "a space";
            case '\0' -> "NUL";
            default -> String.valueOf(c);
        };
    }
}
