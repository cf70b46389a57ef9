package dev.pulse.stream.internal;

/** An entry of a stream that is no event, or whose payload the codec does not read. */
final class MalformedEntryException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedEntryException(String message) {
        super(message);
    }

    MalformedEntryException(String message, Throwable cause) {
        super(message, cause);
    }
}
