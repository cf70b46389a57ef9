/** Connections, lanes and scripts: everything that touches Jedis; not exported. */
@NullMarked
package dev.pulse.redis;

import org.jspecify.annotations.NullMarked;
