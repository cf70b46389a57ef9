package dev.pulse.examples.worker;

/**
 * A customer's payment, as JSON: asked for in {@code payment.asked}, and in {@code payment.booked} as it was booked.
 *
 * @param number counts the payments of one run
 */
public record Payment(long number, String customer, int cents) {}
