package dev.pulse.testing;

/** An error that Redis replied; the message is what it said, {@code WRONGTYPE …}. */
public final class RespException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RespException(String message) {
        super(message);
    }
}
