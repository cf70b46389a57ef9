package dev.pulse.examples.signup;

/**
 * A user was greeted: the payload of {@code mail.sent}, as JSON.
 *
 * @param by the route that did it, and in which Camel context
 */
public record Mail(long user, String by) {}
