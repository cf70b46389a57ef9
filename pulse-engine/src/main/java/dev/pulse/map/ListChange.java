package dev.pulse.map;

import java.util.List;

/**
 * What became of a list.
 *
 * @param items the list now; empty when it is gone
 * @param changed whether it is another than before
 */
public record ListChange(List<String> items, boolean changed) {
    public ListChange {
        items = List.copyOf(items);
    }
}
