/**
 * What stands in Redis: key names, records, packing and hashes, made once for streams, maps and pools. Byte-compatible
 * with Go's {@code goa.design/pulse} v1.10.2 and, for flat streams and maps, v1.6 to v1.8; not exported.
 */
@NullMarked
package dev.pulse.wire;

import org.jspecify.annotations.NullMarked;
