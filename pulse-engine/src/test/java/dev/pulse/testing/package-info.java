/** What tests share: a Redis for each class, a raw client, a proxy that breaks connections, and checks for leaks. */
@NullMarked
package dev.pulse.testing;

import org.jspecify.annotations.NullMarked;
