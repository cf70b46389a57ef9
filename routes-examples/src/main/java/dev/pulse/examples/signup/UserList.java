package dev.pulse.examples.signup;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;

/** A projection: the users as all events together tell them. */
public final class UserList {
    private final Map<Long, String> names = new ConcurrentHashMap<>();
    private volatile String newest = "nobody";

    UserList() {}

    /** Takes one event in. Told the same event twice, it stays as it is. */
    public void add(@Body SignUp signUp) {
        names.put(signUp.user(), signUp.name());
        newest = signUp.name();
    }

    int size() {
        return names.size();
    }

    String newest() {
        return newest;
    }
}
