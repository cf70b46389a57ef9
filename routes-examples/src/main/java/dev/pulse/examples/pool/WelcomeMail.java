package dev.pulse.examples.pool;

/**
 * One mail of a series: the payload of {@code mail.sent}, as JSON. Who sent it stands in headers, for that is another one
 * when it is tried again elsewhere.
 *
 * @param number from 1 to {@link Series#LENGTH}
 */
public record WelcomeMail(long user, int number) {
    /** The key under which it is sent once, however often it is tried, and by however many. */
    public String once() {
        return user + "/" + number;
    }

    /** Whether the series is complete with it. */
    public boolean last() {
        return number == Series.LENGTH;
    }
}
