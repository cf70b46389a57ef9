package dev.pulse.jmh;

import java.lang.management.ManagementFactory;

/** How much of the heap is in use. */
final class Heap {
    private Heap() {}

    /** Bytes in use right after a full collection. */
    static long afterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
