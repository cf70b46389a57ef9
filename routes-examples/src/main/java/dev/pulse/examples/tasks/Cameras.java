package dev.pulse.examples.tasks;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The cameras of the tenants, out in the world: each has a next picture, until that was fetched. Thread-safe. */
final class Cameras {
    private final Map<String, Integer> fetched = new ConcurrentHashMap<>();

    /** The picture that is to be fetched next. */
    Picture next(String tenant) {
        return Picture.of(tenant, fetched.getOrDefault(tenant, 0));
    }

    /** It need not be fetched again. */
    void fetched(Picture picture) {
        fetched.put(picture.tenant(), picture.number() + 1);
    }
}
