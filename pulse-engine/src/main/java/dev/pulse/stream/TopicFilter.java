package dev.pulse.stream;

import dev.pulse.wire.Names;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Which events a reader or a sink is about, by their topic. */
public sealed interface TopicFilter {
    /** All events, with any topic and without. */
    static TopicFilter all() {
        return All.ALL;
    }

    /**
     * Those with exactly this topic; Go's {@code Topic}.
     *
     * @param topic 1 to 512 characters
     * @throws IllegalArgumentException when it is not
     */
    static TopicFilter exactly(String topic) {
        return new Exactly(topic);
    }

    /**
     * Those whose topic has a match of this regular expression somewhere in it, as in Go's {@code TopicPattern}; use
     * {@code ^} and {@code $} for a match of all of it.
     *
     * @param regex in Java's syntax ({@link Pattern}), which for common patterns is Go's too
     * @throws IllegalArgumentException when it is no regular expression
     */
    static TopicFilter matching(String regex) {
        try {
            return new Matching(Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "topic pattern is a regular expression, was \"" + regex + "\": " + e.getDescription(), e);
        }
    }

    /** Whether an event with this topic passes. */
    boolean accepts(Optional<String> topic);

    /** See {@link #all()}. */
    enum All implements TopicFilter {
        ALL;

        @Override
        public boolean accepts(Optional<String> topic) {
            return true;
        }
    }

    /** See {@link #exactly(String)}. */
    record Exactly(String topic) implements TopicFilter {
        public Exactly {
            Names.requireTopic(topic);
        }

        @Override
        public boolean accepts(Optional<String> topic) {
            return topic.isPresent() && topic.get().equals(this.topic);
        }
    }

    /** See {@link #matching(String)}. */
    record Matching(Pattern pattern) implements TopicFilter {
        @Override
        public boolean accepts(Optional<String> topic) {
            return topic.isPresent() && pattern.matcher(topic.get()).find();
        }
    }
}
