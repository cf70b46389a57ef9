package dev.pulse.examples.tasks;

/** A picture that a tenant has taken: the payload of a task, as JSON. */
public record Picture(String tenant, int number, String format) {
    private static final int NEW_FORMAT_EVERY = 10;
    private static final int FIRST_OF_NEW_FORMAT = 3;
    private static final int CROOKED_EVERY = 4;

    /** The next one of a tenant; some are of a format that nobody knows yet. */
    static Picture of(String tenant, int number) {
        boolean isNew = number % NEW_FORMAT_EVERY == FIRST_OF_NEW_FORMAT;
        return new Picture(tenant, number, isNew ? "raw" + number / NEW_FORMAT_EVERY : "jpg");
    }

    /** The key of its task, and its id: it has one thumbnail, however often it is found. */
    public String name() {
        return tenant + "-" + number + "." + format;
    }

    /** Whether the first attempt at its thumbnail goes wrong. */
    boolean isCrooked() {
        return number % CROOKED_EVERY == 1;
    }
}
