/**
 * State that processes share in replicated maps: shops in two processes follow a feature flag, keep to one rate limit, and
 * have one cache of prices; an operator flips the flag.
 */
@NullMarked
package dev.pulse.examples.flags;

import org.jspecify.annotations.NullMarked;
