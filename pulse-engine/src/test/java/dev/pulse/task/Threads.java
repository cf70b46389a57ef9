package dev.pulse.task;

/** What tests of threads share. */
final class Threads {
    private Threads() {}

    /** How many threads of this name live. */
    static long named(String name) {
        return Tasks.live().stream().filter(("pulse " + name)::equals).count();
    }

    /** Keeps what this thread is about to throw out of the log. */
    static void expectFailure() {
        Thread.currentThread().setUncaughtExceptionHandler((thread, expected) -> {});
    }
}
