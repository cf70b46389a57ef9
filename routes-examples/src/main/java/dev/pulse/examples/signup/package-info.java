/**
 * Sign-ups as events: a generator publishes {@code user.created}, two mailers share the work of greeting users, a
 * projection follows all events.
 */
@NullMarked
package dev.pulse.examples.signup;

import org.jspecify.annotations.NullMarked;
