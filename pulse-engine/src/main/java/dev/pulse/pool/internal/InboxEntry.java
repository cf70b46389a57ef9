package dev.pulse.pool.internal;

import dev.pulse.redis.Replies;
import dev.pulse.wire.Utf8;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands in the inbox of a worker: a hint to look at something. Texts that an entry lacks are empty. */
sealed interface InboxEntry {
    /** Its id in the inbox. */
    String id();

    /**
     * A job is this worker's.
     *
     * @param token under which
     * @param payload of the job; null when it is too large for an entry, and is to be fetched
     * @param payloadBytes how long that is
     * @param dispatchId of the job
     * @param client who dispatched it, and waits
     * @param starts how often it was started successfully
     * @param attempts how often a start was tried since the last success, or a task
     * @param attemptsAllowed how often it may be; 0 when it does not say
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Start(
            String id,
            String key,
            long token,
            byte @Nullable [] payload,
            long payloadBytes,
            String dispatchId,
            String client,
            int starts,
            int attempts,
            int attemptsAllowed)
            implements InboxEntry {
        /** The same, whose payload is to be fetched. */
        Start withoutPayload() {
            return new Start(id, key, token, null, payloadBytes, dispatchId, client, starts, attempts, attemptsAllowed);
        }
    }

    /**
     * A job is to end.
     *
     * @param token its ownership
     * @param client who wants it, and waits
     * @param request the id of that
     */
    record Stop(String id, String key, long token, String client, String request) implements InboxEntry {}

    /**
     * Something for a job that was this worker's.
     *
     * @param client who sent it
     * @param request the id of that
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Note(String id, String key, byte[] payload, String client, String request) implements InboxEntry {}

    /**
     * Something for a key that was this worker's.
     *
     * @param client who sent it, and waits
     * @param request the id of that
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Message(String id, String key, byte[] payload, String client, String request) implements InboxEntry {}

    /**
     * The ring, the settings or what waits has changed.
     *
     * @param version of the ring then
     */
    record Changed(String id, long version) implements InboxEntry {}

    /**
     * No entry of ours.
     *
     * @param cause why not, in words
     */
    record Malformed(String id, String cause) implements InboxEntry {}

    /** Reads an entry of a reply of XREAD. */
    static InboxEntry read(@Nullable Object reply) {
        List<@Nullable Object> entry = Replies.list(reply);
        String id = Replies.text(entry.getFirst());
        try {
            return new Fields(id, Replies.list(entry.get(1))).entry();
        } catch (IllegalArgumentException e) {
            return new Malformed(id, String.valueOf(e.getMessage()));
        }
    }

    /** The fields of one entry by their names. */
    final class Fields {
        private final String id;
        private final Map<String, byte[]> values = new HashMap<>();

        private Fields(String id, List<@Nullable Object> raw) {
            this.id = id;
            for (int i = 0; i + 1 < raw.size(); i += 2) {
                values.put(Replies.text(raw.get(i)), Replies.bytes(raw.get(i + 1)));
            }
        }

        private InboxEntry entry() {
            String kind = text("y");
            return switch (kind) {
                case "s" -> start();
                case "x" -> new Stop(id, key(), token(), text("c"), text("id"));
                case "n" -> new Note(id, key(), payload(), text("c"), text("id"));
                case "g" -> new Message(id, key(), payload(), text("c"), text("id"));
                case "r" -> new Changed(id, number("v"));
                default -> new Malformed(id, "kind \"" + kind + "\" is unknown");
            };
        }

        private Start start() {
            byte[] carried = values.containsKey("l") ? null : payload();
            return new Start(
                    id,
                    key(),
                    token(),
                    carried,
                    carried == null ? number("l") : carried.length,
                    required("id"),
                    text("c"),
                    count("n", 0),
                    count("a", 0),
                    count("mx", 0));
        }

        private String key() {
            byte[] raw = values.get("k");
            if (raw == null || raw.length == 0) {
                throw new IllegalArgumentException("it has no key");
            }
            try {
                return Utf8.decode(raw);
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("its key is no UTF-8", e);
            }
        }

        private byte[] payload() {
            byte[] payload = values.get("p");
            if (payload == null) {
                throw new IllegalArgumentException("it has no payload");
            }
            return payload;
        }

        private long token() {
            return number("t");
        }

        private int count(String name, int fallback) {
            return values.containsKey(name) ? (int) Math.clamp(number(name), 0, Integer.MAX_VALUE) : fallback;
        }

        private long number(String name) {
            String text = required(name);
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + " is no number: \"" + text + "\"", e);
            }
        }

        private String required(String name) {
            String text = text(name);
            if (text.isEmpty()) {
                throw new IllegalArgumentException("it has no " + name);
            }
            return text;
        }

        private String text(String name) {
            byte[] raw = values.get(name);
            return raw == null ? "" : new String(raw, StandardCharsets.UTF_8);
        }
    }
}
