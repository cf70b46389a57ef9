package dev.pulse.map;

import java.util.Collection;
import java.util.List;

/**
 * The values of a map that are lists of text: a JSON array of strings in Redis, which {@code Codecs.list()} reads. On
 * changing, a value that is no JSON array counts as comma-separated text. Errors are those of the other writes; the
 * items of one call count as one value.
 *
 * @see ReplicatedMap#lists
 */
public interface Lists {
    /**
     * Adds items at the end; none leaves the value as it is.
     *
     * @return the list with them
     * @throws dev.pulse.MapValueException when the value is JSON, but no array of strings; nothing is changed
     */
    List<String> append(String key, Collection<String> items) throws InterruptedException;

    /**
     * Adds at the end those items that are not in the list yet.
     *
     * @return the list with them, and whether any was added
     * @throws dev.pulse.MapValueException as for {@link #append}
     */
    ListChange appendUnique(String key, Collection<String> items) throws InterruptedException;

    /**
     * Removes every occurrence of these items; with the last item goes the key.
     *
     * @return what is left, and whether anything went
     * @throws dev.pulse.MapValueException as for {@link #append}
     */
    ListChange remove(String key, Collection<String> items) throws InterruptedException;
}
