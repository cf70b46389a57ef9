package dev.pulse.faults;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The promises that a history breaks, each in one line with its first cases. */
final class Violations {
    private static final int SHOWN = 5;

    private final List<String> all = new ArrayList<>();

    /** Nothing is broken if there are no cases. */
    void add(String promise, Collection<?> cases) {
        if (!cases.isEmpty()) {
            all.add("%s, %d times: %s"
                    .formatted(
                            promise, cases.size(), cases.stream().limit(SHOWN).toList()));
        }
    }

    List<String> all() {
        return List.copyOf(all);
    }
}
