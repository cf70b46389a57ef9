package dev.pulse.camel.map;

/** What a producer does with the map. */
public enum MapOperation {
    /** Asks the local replica for a value. */
    GET,
    /** Asks Redis for a value. */
    GET_FRESH,
    /** Sets a value. */
    SET,
    /** Sets a value, and waits until the local replica has it. */
    SET_AND_WAIT,
    /** Sets a value unless there is one. */
    SET_IF_ABSENT,
    /** Adds to a number. */
    INC,
    /** Adds items to a list. */
    APPEND,
    /** Adds the items that are not in a list yet. */
    APPEND_UNIQUE,
    /** Removes items from a list. */
    REMOVE,
    /** Sets a value if the present one is as expected. */
    TEST_AND_SET,
    /** Deletes a key if its value is as expected. */
    TEST_AND_DELETE,
    /** Deletes all keys if some values are as expected. */
    TEST_AND_RESET,
    /** Deletes a key. */
    DELETE,
    /** Deletes all keys. */
    RESET,
    /** Deletes all keys, for good. */
    DESTROY,
    /** Asks the local replica for all keys. */
    KEYS,
    /** Asks the local replica for the number of entries. */
    SIZE,
    /** Asks the local replica for everything. */
    SNAPSHOT
}
