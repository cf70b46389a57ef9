package dev.pulse.examples.signup;

/**
 * Somebody signed up: the payload of {@code user.created}, as JSON.
 *
 * @param user a number of their own
 * @param plan {@code free} or {@code paid}; also the topic of the event
 */
public record SignUp(long user, String name, String mail, String plan) {
    /** What stands behind the @ of their address. */
    String domain() {
        return mail.substring(mail.indexOf('@') + 1);
    }
}
