package dev.pulse.examples.signup;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Those who sign up. Every fifth pays; some have an address of a domain that no mail server knows yet. */
public final class Visitors {
    private static final List<String> NAMES =
            List.of("Ada", "Alan", "Barbara", "Dennis", "Edsger", "Grace", "Katherine", "Ken", "Leslie", "Radia");
    private static final int PAYING_EVERY = 5;
    private static final int FIRST_OF_NEW_DOMAIN = 10;
    private static final int NEW_DOMAIN_EVERY = 50;

    private final AtomicLong count = new AtomicLong();

    /** Nobody came yet. */
    public Visitors() {}

    /** The next one. */
    public SignUp next() {
        long user = count.incrementAndGet();
        String name = NAMES.get((int) (user % NAMES.size())) + " " + user;
        String domain = user % NEW_DOMAIN_EVERY == FIRST_OF_NEW_DOMAIN ? "brand-new.example" : "example.org";
        String mail = name.toLowerCase(Locale.ROOT).replace(' ', '.') + "@" + domain;
        return new SignUp(user, name, mail, user % PAYING_EVERY == 0 ? "paid" : "free");
    }
}
