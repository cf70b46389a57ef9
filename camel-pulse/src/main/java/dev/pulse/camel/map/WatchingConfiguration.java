package dev.pulse.camel.map;

import dev.pulse.map.MapChange;
import dev.pulse.map.WatchOptions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of a consumer: which changes, and how many may wait. */
@UriParams
public class WatchingConfiguration {
    /** As many as the engine lets wait. */
    private static final int MOST_WAITING = 100_000;

    private static final int DEFAULT_BACKLOG = 1_000;
    private static final Map<String, MapChange.Kind> KINDS = new TreeMap<>(Map.of(
            "set", MapChange.Kind.SET,
            "del", MapChange.Kind.DELETE,
            "reset", MapChange.Kind.RESET,
            "destroy", MapChange.Kind.DESTROY));

    @UriParam(
            label = "consumer",
            defaultValue = "false",
            description = "Whether the consumer begins with what is there: an exchange for each key, whose header"
                    + " CamelPulseChangeKind is present")
    private boolean initialContent;

    @UriParam(
            label = "consumer",
            description =
                    "Consumes only changes of keys that have a match of this regular expression of Java somewhere in"
                            + " them; write it as RAW(...), for a plus sign in a URI becomes a space. Default all keys")
    private @Nullable String keys;

    @UriParam(
            label = "consumer",
            defaultValue = "set,del,reset,destroy",
            description =
                    "Which kinds of changes are consumed, with commas between: set (a key has another value, or a first one), del (it"
                            + " is gone), reset and destroy (it is gone with all others)")
    private String kinds = "set,del,reset,destroy";

    @UriParam(
            label = "consumer",
            defaultValue = "true",
            description =
                    "Whether changes of the same key become one, from the oldest old value to the newest new one, when a slow"
                            + " route lets more than backlog of them wait. Otherwise 100000 may wait one by one, and only further"
                            + " ones are coalesced, for Redis is never made to wait")
    private boolean coalesce = true;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "1000",
            description = "How many changes may wait one by one, 1 to 100000. Not with coalesce=false")
    private int backlog = DEFAULT_BACKLOG;

    /** Refuses values that are out of their range or contradict each other. */
    void check() {
        if (!coalesce && backlog != DEFAULT_BACKLOG) {
            throw new IllegalArgumentException("backlog is for coalesce=true, was " + backlog);
        }
        engineOptions();
        wished();
    }

    /** What the options come to for the engine. */
    WatchOptions engineOptions() {
        return WatchOptions.builder()
                .initialContent(initialContent)
                .backlog(coalesce ? backlog : MOST_WAITING)
                .build();
    }

    /** Which changes become exchanges. */
    Predicate<MapChange<?>> wished() {
        Set<MapChange.Kind> wishedKinds = EnumSet.of(MapChange.Kind.PRESENT);
        for (String kind : kinds.split(",", -1)) {
            MapChange.Kind known = KINDS.get(kind.strip());
            if (known == null) {
                throw new IllegalArgumentException("kinds are " + String.join(", ", KINDS.keySet())
                        + ", with commas between, was \"" + kinds + "\"");
            }
            wishedKinds.add(known);
        }
        Predicate<String> wishedKeys = wishedKeys();
        return change -> wishedKinds.contains(change.kind()) && wishedKeys.test(change.key());
    }

    private Predicate<String> wishedKeys() {
        if (keys == null) {
            return key -> true;
        }
        try {
            return Pattern.compile(keys).asPredicate();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "keys is a regular expression, was \"" + keys + "\": " + e.getMessage(), e);
        }
    }

    public boolean isInitialContent() {
        return initialContent;
    }

    public void setInitialContent(boolean initialContent) {
        this.initialContent = initialContent;
    }

    public @Nullable String getKeys() {
        return keys;
    }

    public void setKeys(@Nullable String keys) {
        this.keys = keys;
    }

    public String getKinds() {
        return kinds;
    }

    public void setKinds(String kinds) {
        this.kinds = kinds;
    }

    public boolean isCoalesce() {
        return coalesce;
    }

    public void setCoalesce(boolean coalesce) {
        this.coalesce = coalesce;
    }

    public int getBacklog() {
        return backlog;
    }

    public void setBacklog(int backlog) {
        this.backlog = backlog;
    }
}
