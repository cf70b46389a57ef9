/**
 * Sign-ups as events: visitors sign up on a website, mailers in one process or several share the work of greeting them, a
 * projection, sales and an audit look on, and a postmaster replays what the mailers gave up.
 */
@NullMarked
package dev.pulse.examples.signup;

import org.jspecify.annotations.NullMarked;
