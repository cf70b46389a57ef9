package dev.pulse.examples.signup;

/**
 * Somebody signed up: the payload of {@code user.created}, as JSON.
 *
 * @param user a number of their own
 */
public record SignUp(long user, String name, String mail) {}
