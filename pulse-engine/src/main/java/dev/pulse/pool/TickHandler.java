package dev.pulse.pool;

/** Does what is due. Called on a virtual thread, one call after another; it may block. */
@FunctionalInterface
public interface TickHandler {
    /**
     * Takes a firing, which no other node has or gets. What becomes of it is the handler's: it is not fired again when this
     * throws, which is logged and counted, or when the process dies. While the call lasts, other nodes take what is due next;
     * where there are none it is missed. Interrupted when closing the ticker takes too long.
     */
    void fire(Firing firing) throws Exception;
}
